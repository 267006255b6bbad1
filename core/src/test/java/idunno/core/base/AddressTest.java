package idunno.core.base;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "n1:7000",
        "127.0.0.1:1",
        "a-b.example.org:65535",
        "[::1]:7000",
        "[fe80::1%eth0]:7000",
        "[::ffff:10.0.0.1]:80"
      })
  void whatIsParsedReadsTheSameAgain(String text) {
    assertEquals(text, Address.parse(text).toString());
  }

  @Test
  void bracketsAreNoPartOfTheHost() {
    assertEquals(new Address("::1", 7000), Address.parse("[::1]:7000"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ":",
        "n1",
        "n1:",
        ":7000",
        "n1:0",
        "n1:65536",
        "n1:-1",
        "n1:99999999999",
        "n1:7000 ",
        "::1:7000",
        "[]:7000",
        "[n1]:7000",
        "[::1]",
        "[::1]7000",
        "n 1:7000",
        "n1/x:7000",
        "u@n1:7000",
        "n1:７000",
        "n1:7000\n",
        "[:]:7000x"
      })
  void whatIsNoAddressIsRefusedAndSaysWhy(String text) {
    var e = assertThrows(IllegalArgumentException.class, () -> Address.parse(text));
    assertTrue(e.toString().contains("found"), e.toString());
  }

  @Test
  void addressesSortByHostAndThenByNumber() {
    assertTrue(Address.parse("n1:900").compareTo(Address.parse("n1:1000")) < 0);
    assertTrue(Address.parse("n1:900").compareTo(Address.parse("n2:1")) < 0);
  }
}
