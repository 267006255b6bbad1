package idunno.node.consensus;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.File;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Objects;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.util.MD5FileUtil;

/**
 * Snapshots as files, where Ratis looks for them and sends them from. A snapshot is there, whole
 * and with its checksum, or not at all: it gets its name last. MD5 guards against a broken disk, as
 * Ratis has it; it is no seal.
 */
final class SnapshotFiles {
  private static final String UNFINISHED = ".writing";

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();

  void open(RaftStorage raftStorage) throws IOException {
    storage.init(raftStorage);
    Path folder = raftStorage.getStorageDir().getStateMachineDir().toPath();
    if (Files.isDirectory(folder)) {
      try (DirectoryStream<Path> unfinished = Files.newDirectoryStream(folder, "*" + UNFINISHED)) {
        for (Path file : unfinished) {
          Files.delete(file);
        }
      }
    }
  }

  SimpleStateMachineStorage storage() {
    return storage;
  }

  void write(TermIndex upTo, Replicated state) throws IOException {
    Path file = storage.getSnapshotFile(upTo.getTerm(), upTo.getIndex()).toPath();
    Path folder = storageFolder(file);
    Files.createDirectories(folder);
    Path unfinished = file.resolveSibling(file.getFileName() + UNFINISHED);
    MD5Hash md5 = MD5Hash.newInstance(writeUnfinished(unfinished, state));
    MD5FileUtil.saveMD5File(file.toFile(), md5);
    Files.move(
        unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    DiskIdentity.sync(folder);
    var _ = storage.updateLatestSnapshot(new SingleFileSnapshotInfo(new FileInfo(file, md5), upTo));
  }

  /** Half a snapshot on a full disk would take the last of the room. */
  private static byte[] writeUnfinished(Path file, Replicated state) throws IOException {
    MessageDigest digest = MD5FileUtil.newMD5();
    try (FileOutputStream raw = new FileOutputStream(file.toFile());
        OutputStream out = new DigestOutputStream(new BufferedOutputStream(raw, 1 << 16), digest)) {
      state.writeSnapshot(out);
      out.flush();
      raw.getFD().sync();
    } catch (IOException | RuntimeException e) {
      Files.deleteIfExists(file);
      throw e;
    }
    return digest.digest();
  }

  private static Path storageFolder(Path file) {
    return Objects.requireNonNull(file.getParent());
  }

  /**
   * Reads a snapshot into {@code state}, after its checksum was found right.
   *
   * @throws IOException if the file is damaged; the replica then cannot be used and must be
   *     replaced by a new one
   */
  static void read(SingleFileSnapshotInfo snapshot, Replicated state) throws IOException {
    File file = snapshot.getFile().getPath().toFile();
    MD5Hash expected = MD5FileUtil.readStoredMd5ForFile(file);
    MD5Hash found = MD5FileUtil.computeMd5ForFile(file);
    if (!found.equals(expected)) {
      throw new IOException(
          "snapshot "
              + file
              + ": expected checksum "
              + expected
              + ", found "
              + found
              + "; remove this replica from the group, and start it with an empty directory as a"
              + " new one");
    }
    try (InputStream in = Files.newInputStream(file.toPath())) {
      state.readSnapshot(new BufferedInputStream(in, 1 << 16));
    }
  }
}
