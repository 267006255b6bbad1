package idunno.core.coordinator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import idunno.core.base.NodeName;
import idunno.core.models.ModelKey;
import idunno.core.models.ModelName;
import idunno.core.worker.Beat;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class PacesTest {
  private static final NodeName N1 = new NodeName("n1");
  private static final NodeName N2 = new NodeName("n2");
  private static final ModelKey A = new ModelKey(new ModelName("a"), 1);
  private static final ModelKey B = new ModelKey(new ModelName("b"), 1);
  private static final OptionalDouble UNKNOWN = OptionalDouble.empty();

  private final Paces paces = new Paces();

  @Test
  void whatANodeHasntRunTakesItAsLongAsTheOthersOnAverage() {
    assertEquals(UNKNOWN, paces.msPerQuery(N1, A));
    paces.heard(N1, List.of(new Beat.Pace(A, 10)));
    paces.heard(N2, List.of(new Beat.Pace(A, 30), new Beat.Pace(B, 5)));

    assertEquals(OptionalDouble.of(10), paces.msPerQuery(N1, A));
    assertEquals(OptionalDouble.of(5), paces.msPerQuery(N1, B));
    assertEquals(OptionalDouble.of(20), paces.msPerQuery(A));
    assertEquals(OptionalDouble.of(20), paces.msPerQuery(new NodeName("n3"), A));
  }

  @Test
  void whatANodeSaysNowTakesThePlaceOfWhatItSaidBefore() {
    paces.heard(N1, List.of(new Beat.Pace(A, 10), new Beat.Pace(B, 5)));
    paces.heard(N1, List.of(new Beat.Pace(A, 12), new Beat.Pace(B, 5)));
    assertEquals(OptionalDouble.of(12), paces.msPerQuery(A));
    assertEquals(OptionalDouble.of(5), paces.msPerQuery(B));

    paces.heard(N1, List.of(new Beat.Pace(B, 6), new Beat.Pace(A, 13)));
    assertEquals(OptionalDouble.of(13), paces.msPerQuery(N1, A), "in another order");
    assertEquals(OptionalDouble.of(6), paces.msPerQuery(N1, B));

    paces.heard(N1, List.of(new Beat.Pace(B, 7)));
    assertEquals(UNKNOWN, paces.msPerQuery(A), "it has forgotten that one");
    assertEquals(OptionalDouble.of(7), paces.msPerQuery(B));
  }

  @Test
  void aNodeThatIsGoneCountsNoLonger() {
    paces.heard(N1, List.of(new Beat.Pace(A, 10)));
    paces.heard(N2, List.of(new Beat.Pace(A, 30), new Beat.Pace(B, 5)));
    paces.forget(N2);

    assertEquals(OptionalDouble.of(10), paces.msPerQuery(N2, A));
    assertEquals(UNKNOWN, paces.msPerQuery(N1, B));
  }

  @Test
  void aModelThatIsSaidTwiceIsCountedOnce() {
    for (int beat = 0; beat < 3; beat++) {
      paces.heard(N1, List.of(new Beat.Pace(A, 10), new Beat.Pace(A, 20)));
    }
    paces.heard(N2, List.of(new Beat.Pace(A, 40)));

    assertEquals(OptionalDouble.of(30), paces.msPerQuery(A));
  }
}
