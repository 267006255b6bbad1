package idunno.core.base;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a node answers: {@code host:port}, or {@code [host]:port} where the host is an IPv6
 * address.
 *
 * @param host a host's name, an IPv4 address, or an IPv6 address without brackets
 * @param port the port, 1 to 65,535
 */
public record Address(String host, int port) implements Comparable<Address> {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,253}");
  private static final Pattern IPV6 =
      Pattern.compile("[0-9A-Fa-f]*:[0-9A-Fa-f:.]{1,44}(%[A-Za-z0-9._-]{1,16})?");
  private static final Pattern TEXT =
      Pattern.compile("(?:\\[(?<six>[^\\[\\]]*)]|(?<name>[^:\\[\\]]*)):(?<port>[0-9]{1,5})");

  /**
   * Checks the form; whether the host exists is for the caller's network to say.
   *
   * @throws IllegalArgumentException naming what was expected and what was found
   */
  public Address {
    if (!NAME.matcher(host).matches() && !IPV6.matcher(host).matches()) {
      throw new IllegalArgumentException(
          "host: expected a name, an IPv4 or an IPv6 address, found '" + host + "'");
    }
    if (port < 1 || port > 65_535) {
      throw new IllegalArgumentException("port: expected 1 to 65535, found " + port);
    }
  }

  /**
   * Reads {@code host:port} or {@code [host]:port}.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Address parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "address: expected HOST:PORT, or [HOST]:PORT for IPv6, found '" + text + "'");
    }
    String six = matcher.group("six");
    if (six != null && six.indexOf(':') < 0) {
      throw new IllegalArgumentException(
          "address: brackets are for an IPv6 address, found '" + text + "'");
    }
    String host = six != null ? six : matcher.group("name");
    return new Address(host, Integer.parseInt(matcher.group("port")));
  }

  /** By host, then by port. */
  @Override
  public int compareTo(Address other) {
    int byHost = host.compareTo(other.host);
    return byHost != 0 ? byHost : Integer.compare(port, other.port);
  }

  /** As {@link #parse} reads it. */
  @Override
  public String toString() {
    return host.indexOf(':') < 0 ? host + ":" + port : "[" + host + "]:" + port;
  }
}
