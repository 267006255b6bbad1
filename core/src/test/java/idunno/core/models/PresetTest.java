package idunno.core.models;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import idunno.core.models.Preprocessing.Alpha;
import idunno.core.models.Preprocessing.Filter;
import idunno.core.models.Preprocessing.Layout;
import idunno.core.models.Preprocessing.Orientation;
import idunno.core.models.Preprocessing.Resize;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PresetTest {
  @Test
  void each_preset_maps_0_and_255_to_where_its_family_expects_them() {
    check(Preset.TORCHVISION, 0, List.of(-0.485f / 0.229f, -0.456f / 0.224f, -0.406f / 0.225f));
    check(Preset.TORCHVISION, 255, List.of(0.515f / 0.229f, 0.544f / 0.224f, 0.594f / 0.225f));
    check(Preset.KERAS_CAFFE, 0, List.of(-103.939f, -116.779f, -123.68f));
    check(Preset.TF, 0, List.of(-1f, -1f, -1f));
    check(Preset.TF, 255, List.of(1f, 1f, 1f));
    check(Preset.UNIT, 255, List.of(1f, 1f, 1f));
    check(Preset.NONE, 255, List.of(255f, 255f, 255f));
  }

  private static void check(Preset preset, int value, List<Float> expected) {
    Preprocessing how = preset.squash(224, Filter.BILINEAR, Layout.NCHW);
    for (int c = 0; c < 3; c++) {
      float found = (value * how.scale() - how.mean().get(c)) / how.std().get(c);
      assertEquals(expected.get(c), found, 1e-6, preset + " channel " + c);
    }
  }

  @Test
  void a_preset_takes_its_sizes_and_filter_from_who_asks() {
    Preprocessing cut = Preset.TORCHVISION.cut(224, 256, Filter.BICUBIC, Layout.NHWC);
    assertEquals(Resize.SHORTER_SIDE, cut.resize());
    assertEquals(List.of(224, 224, 256), List.of(cut.width(), cut.height(), cut.resizeTo()));
    assertEquals(Filter.BICUBIC, cut.filter());
    assertEquals(Layout.NHWC, cut.layout());
    assertEquals(Orientation.UPRIGHT, cut.orientation());
    assertEquals(Alpha.DROPPED, cut.alpha());
    assertThrows(
        IllegalArgumentException.class,
        () -> Preset.TF.cut(224, 223, Filter.BILINEAR, Layout.NCHW));
  }

  @Test
  void a_crop_fraction_gives_the_size_that_timm_resizes_to() {
    assertEquals(256, Preset.resizeTo(224, 0.875));
    assertEquals(235, Preset.resizeTo(224, 0.95));
    assertEquals(224, Preset.resizeTo(224, 1.0));
    assertEquals(341, Preset.resizeTo(299, 0.875));
    for (double wrong : new double[] {0, -1, 1.01, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> Preset.resizeTo(224, wrong));
    }
  }

  @Test
  void presets_are_found_by_their_words() {
    for (Preset preset : Preset.values()) {
      assertEquals(Optional.of(preset), Preset.named(preset.word()));
      assertTrue(Preset.words().contains(preset.word()));
    }
    assertEquals(Optional.empty(), Preset.named("TORCHVISION"));
  }
}
