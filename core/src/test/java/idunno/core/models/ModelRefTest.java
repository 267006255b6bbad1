package idunno.core.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ModelRefTest {
  @Test
  void readsANameWithOrWithoutARevision() {
    ModelName name = new ModelName("resnet50");
    assertEquals(ModelRef.latest(name), ModelRef.parse("resnet50"));
    assertEquals(new ModelRef(name, Optional.of(2)), ModelRef.parse("resnet50@2"));
    assertEquals("resnet50@2", ModelRef.parse("resnet50@2").toString());
  }

  @Test
  void refusesWhatIsNoRevision() {
    for (String text :
        List.of("resnet50@", "resnet50@0", "a@b", "a@1@2", "a@9999999999", "@1", "")) {
      assertThrows(IllegalArgumentException.class, () -> ModelRef.parse(text), text);
    }
  }
}
