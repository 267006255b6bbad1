package idunno.benchmarks.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.permission.FsPermission;

/**
 * HDFS's own client. It checks CRC32C of every 512 bytes that it reads, and its data nodes check
 * what is written, by default.
 */
final class HdfsClient implements StoreClient {
  private final FileSystem files;
  private final EnumSet<CreateFlag> flags = EnumSet.of(CreateFlag.CREATE);

  /**
   * A client of this name node.
   *
   * @param syncs whether data nodes sync every block to disk before they acknowledge its end
   */
  HdfsClient(URI nameNode, boolean syncs) throws IOException {
    this.files = FileSystem.newInstance(nameNode, new Configuration());
    if (syncs) {
      flags.add(CreateFlag.SYNC_BLOCK);
    }
  }

  private static org.apache.hadoop.fs.Path path(String name) {
    return new org.apache.hadoop.fs.Path("/" + name);
  }

  @Override
  public void put(Path local, String name) throws IOException {
    try (InputStream in = Files.newInputStream(local);
        FSDataOutputStream out =
            files.create(
                path(name),
                FsPermission.getFileDefault(),
                flags,
                files.getConf().getInt("io.file.buffer.size", 4096),
                (short) Workload.COPIES,
                files.getDefaultBlockSize(path(name)),
                null)) {
      Copying.copy(in, out);
    }
  }

  @Override
  public void get(String name, Path local) throws IOException {
    try (OutputStream out = Files.newOutputStream(local)) {
      read(name, out);
    }
  }

  @Override
  public void drain(String name) throws IOException {
    read(name, OutputStream.nullOutputStream());
  }

  private void read(String name, OutputStream out) throws IOException {
    try (FSDataInputStream in = files.open(path(name))) {
      Copying.copy(in, out);
    }
  }

  @Override
  public void delete(String name) throws IOException {
    files.delete(path(name), false);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
