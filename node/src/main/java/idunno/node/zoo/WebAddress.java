package idunno.node.zoo;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The addresses that the zoo goes to: {@code http} and {@code https}, and no way down between. */
final class WebAddress {
  private WebAddress() {}

  /** Whether a text means a place on the web, well written or not, rather than a path. */
  static boolean isMeant(String text) {
    return text.strip().matches("(?i)https?://.*");
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException if it is no address of the web, or has a user or a password in
   *     it: these would stand in cards, messages and logs
   */
  static URI parse(String text) {
    try {
      return check(new URI(text.strip()));
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(wrong(text), e);
    }
  }

  /** The same for an address that was read already. */
  static URI check(URI address) {
    if (!isMeant(address.toString()) || address.getHost() == null) {
      throw new IllegalArgumentException(wrong(address.toString()));
    }
    if (address.getRawUserInfo() != null) {
      throw new IllegalArgumentException(
          "expected an address without a user and a password, found one for "
              + address.getHost()
              + ": fetch the file yourself and give its path");
    }
    return address;
  }

  private static String wrong(String text) {
    return "expected http://HOST/... or https://HOST/..., found " + text;
  }

  /** The same folder with a slash at its end, so that names can be put behind it. */
  static URI folder(URI base) {
    String text = base.toString();
    return text.endsWith("/") ? base : URI.create(text + "/");
  }

  /** The last part of the path, empty where the address has none. */
  static String fileName(URI address) {
    @Nullable String path = address.getPath();
    return path == null ? "" : path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * Where a redirect leads.
   *
   * @param location what the server said, relative to {@code from} or not
   * @throws FinalFailure if it leads nowhere, off the web, or from https down to http, where anyone
   *     on the way could change the file
   */
  static URI redirected(URI from, Optional<String> location) throws FinalFailure {
    if (location.isEmpty()) {
      throw new FinalFailure("redirected without saying where to");
    }
    URI to;
    try {
      to = check(from.resolve(new URI(location.get())));
    } catch (URISyntaxException | IllegalArgumentException e) {
      throw new FinalFailure("redirected to an address that can't be used: " + e.getMessage());
    }
    if (isSecure(from) && !isSecure(to)) {
      throw new FinalFailure("redirected from https down to " + to + ", which is refused");
    }
    return to;
  }

  private static boolean isSecure(URI address) {
    return "https".equalsIgnoreCase(address.getScheme());
  }
}
