package idunno.node.shell;

import idunno.core.base.NodeId;
import idunno.node.api.Views;
import idunno.node.client.Client;
import idunno.node.client.Patience;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * What stands before the cursor: the node that is called, and the coordinator. It is asked for anew
 * each time, and waited for a quarter of a second at most.
 */
final class Prompt {
  private static final long WAIT_MS = 250;

  private final String api;
  private final Client client;
  private final Style style;
  private CompletableFuture<String> look = CompletableFuture.completedFuture("");

  Prompt(String api, Client client, Style style) {
    this.api = api;
    this.client = client.with(Patience.NONE);
    this.style = style;
  }

  /** The prompt now. */
  String text() {
    if (look.isDone()) {
      CompletableFuture<String> asked = new CompletableFuture<>();
      look = asked;
      Thread.ofVirtual().name("prompt").start(() -> asked.complete(look()));
    }
    String state;
    try {
      state = look.get(WAIT_MS, TimeUnit.MILLISECONDS);
    } catch (TimeoutException | ExecutionException e) {
      state = style.faint(api + " ·") + style.doubtful(" no answer yet");
    } catch (InterruptedException e) {
      state = style.faint(api);
    }
    return state + style.strong(" > ");
  }

  private String look() {
    try {
      Views.SelfView self = client.self();
      String name = style.typed(self.name().value());
      if (self.id().isEmpty()) {
        return name + style.doubtful(" · in no group");
      }
      Optional<NodeId> coordinator = client.master().coordinator();
      if (coordinator.isEmpty()) {
        return name + style.doubtful(" · no coordinator");
      }
      return coordinator.equals(self.id())
          ? name + style.faint(" · coordinator")
          : name + style.faint(" · coordinator " + coordinator.get().name());
    } catch (IOException | RuntimeException e) {
      return style.faint(api) + style.bad(" · no answer");
    }
  }
}
