package idunno.node.main;

import idunno.node.api.Views.SelfView;
import idunno.node.codec.Codec;
import idunno.node.transport.Http;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import picocli.CommandLine;

/** Starts a node. */
public final class Boot {
  private Boot() {}

  /** Starts a node. */
  public static void main(String[] args) {
    CommandLine line =
        new CommandLine(
            new StartCommand(
                api ->
                    Codec.json()
                        .decode(
                            Http.client()
                                .send(
                                    HttpRequest.newBuilder(URI.create("http://" + api + "/v1/self"))
                                        .build(),
                                    BodyHandlers.ofByteArray())
                                .body(),
                            SelfView.class)));
    System.exit(line.execute(java.util.Arrays.copyOfRange(args, 1, args.length)));
  }
}
