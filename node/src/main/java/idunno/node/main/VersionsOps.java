package idunno.node.main;

import idunno.core.base.RequestId;
import idunno.core.files.DeletedFile;
import idunno.core.files.FileName;
import idunno.core.state.Command;
import idunno.core.state.Reply;
import idunno.node.api.Views.CopiedView;
import idunno.node.api.Views.DeletedView;
import idunno.node.api.Views.KeptView;
import idunno.node.api.Views.LimitView;
import idunno.node.api.Views.LimitsView;
import idunno.node.api.Views.MovedView;
import idunno.node.api.Views.UndeletedView;
import idunno.node.gateway.NotFound;
import idunno.node.gateway.Refused;
import idunno.node.gateway.VersionsPort;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What changes files without bringing bytes, done by this node: each is one command of the log. */
final class VersionsOps implements VersionsPort {
  private final NodeProcess process;

  VersionsOps(NodeProcess process) {
    this.process = process;
  }

  private <T extends Reply> T submit(RequestId id, Command command, Class<T> kind)
      throws IOException, InterruptedException {
    return Outcomes.submit(process.node(), id, command, kind);
  }

  @Override
  public DeletedView delete(RequestId id, FileName name, long keepMs)
      throws IOException, InterruptedException {
    long nowMs = process.clockMs();
    try {
      Reply.Deleted deleted =
          submit(id, new Command.DeleteFile(name, nowMs + keepMs, nowMs), Reply.Deleted.class);
      return new DeletedView(name, deleted.versions(), deleted.untilMs());
    } catch (Refused e) {
      throw new NotFound(e.getMessage() + "; 'ls' lists those there are");
    }
  }

  @Override
  public UndeletedView undelete(RequestId id, FileName name)
      throws IOException, InterruptedException {
    try {
      Reply.Undeleted back = submit(id, new Command.UndeleteFile(name), Reply.Undeleted.class);
      return new UndeletedView(name, back.versions());
    } catch (Refused e) {
      throw new NotFound(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public List<DeletedFile> deleted(Optional<FileName> in) throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    List<DeletedFile> all = node.state().read(s -> s.files().deleted());
    return in.isEmpty()
        ? all
        : all.stream()
            .filter(file -> file.name().equals(in.get()) || file.name().isIn(in.get()))
            .toList();
  }

  @Override
  public KeptView keep(RequestId id, FileName folder, int versions)
      throws IOException, InterruptedException {
    Reply.Reclaimed gone =
        submit(id, new Command.KeepVersions(folder, versions), Reply.Reclaimed.class);
    return new KeptView(folder, versions, gone.files(), gone.versions());
  }

  @Override
  public LimitsView limits() throws IOException, InterruptedException {
    Node node = process.node();
    Outcomes.confirm(node);
    List<LimitView> limits = new ArrayList<>();
    node.state()
        .read(s -> s.files().limits())
        .forEach((folder, versions) -> limits.add(new LimitView(folder, versions)));
    return new LimitsView(limits);
  }

  @Override
  public MovedView move(RequestId id, FileName from, FileName to)
      throws IOException, InterruptedException {
    Reply.Moved moved = submit(id, new Command.MoveFile(from, to), Reply.Moved.class);
    return new MovedView(from, to, moved.files(), moved.versions());
  }

  @Override
  public CopiedView copy(RequestId id, FileName from, Optional<Integer> version, FileName to)
      throws IOException, InterruptedException {
    Reply.Copied copied =
        submit(id, new Command.CopyFile(from, version, to, process.clockMs()), Reply.Copied.class);
    return new CopiedView(from, to, copied.files(), copied.bytes(), copied.version());
  }
}
