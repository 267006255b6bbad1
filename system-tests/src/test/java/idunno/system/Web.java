package idunno.system;

import idunno.core.base.Address;
import idunno.node.api.Views.ErrorView;
import idunno.node.codec.Codec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** The network API as a stranger's program uses it: one node, one request, no second try. */
final class Web {
  private static final Duration WITHIN = Duration.ofSeconds(60);

  private Web() {}

  /** Sends a request; {@return the answer, whatever it is} */
  static HttpResponse<byte[]> send(Address api, String method, String path, byte[] body)
      throws IOException, InterruptedException {
    return Cluster.http()
        .send(
            HttpRequest.newBuilder(URI.create("http://" + api + path))
                .timeout(WITHIN)
                .method(method, BodyPublishers.ofByteArray(body))
                .build(),
            BodyHandlers.ofByteArray());
  }

  /** Sends a request without a body. */
  static HttpResponse<byte[]> get(Address api, String path)
      throws IOException, InterruptedException {
    return send(api, "GET", path, new byte[0]);
  }

  /** What an answer says went wrong. */
  static String error(HttpResponse<byte[]> answer) {
    return Codec.json().decode(answer.body(), ErrorView.class).error();
  }
}
