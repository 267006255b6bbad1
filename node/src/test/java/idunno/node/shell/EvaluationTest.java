package idunno.node.shell;

import static idunno.node.convert.Message.says;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import idunno.core.files.FileName;
import idunno.node.api.ResultLine;
import idunno.node.api.ResultLine.Top;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvaluationTest {
  @TempDir Path folder;

  private TrueLabels labels(String text) throws IOException {
    return TrueLabels.read(Files.writeString(folder.resolve("labels"), text));
  }

  private static ResultLine guesses(String... labels) {
    List<Top> top = new ArrayList<>();
    for (int i = 0; i < labels.length; i++) {
      top.add(new Top(100 + i, labels[i], 0.1));
    }
    return new ResultLine(0, new FileName("x"), "ok", Optional.of(top), Optional.empty());
  }

  private static ResultLine fails() {
    return new ResultLine(0, new FileName("x"), "failed", Optional.empty(), Optional.of("broken"));
  }

  @Test
  void countsFirstAndFirstFiveGuessesAndWhatIsTakenForWhat() throws IOException {
    Evaluation evaluation =
        new Evaluation(
            labels("a koala\nb,Giant_Panda\n# c koala\n\nd\tespresso maker\ne 100\nf 7\n"));
    evaluation.take("a", guesses("koala", "wombat"));
    evaluation.take("b", guesses("koala", "giant panda"));
    evaluation.take("c", guesses("koala"));
    evaluation.take("d", fails());
    evaluation.take("e", guesses("anything"));

    Evaluation.Scores scores = evaluation.scores();
    assertEquals(4, scores.pictures(), "c has no label, f did not come");
    assertEquals(1, scores.failed());
    assertEquals(0.5, scores.top1(), 1e-9);
    assertEquals(0.75, scores.top5(), 1e-9);
    assertEquals(
        List.of(
            new Evaluation.Confusion("Giant_Panda", "koala", 1, "b"),
            new Evaluation.Confusion("espresso maker", "(failed)", 1, "d")),
        scores.confusions());
    assertEquals(List.of("f"), evaluation.missing());
  }

  @Test
  void theMostFrequentConfusionComesFirst() throws IOException {
    Evaluation evaluation = new Evaluation(labels("a cat\nb dog\nc dog\n"));
    evaluation.take("a", guesses("dog"));
    evaluation.take("b", guesses("cat"));
    evaluation.take("c", guesses("cat"));
    assertEquals(
        new Evaluation.Confusion("dog", "cat", 2, "b"),
        evaluation.scores().confusions().getFirst());
  }

  @Test
  void aLineWithoutAClassIsNamed() {
    says(
        assertThrows(IOException.class, () -> labels("a cat\nb\n")),
        "line 2: expected a picture and its class, found 'b'");
    says(
        assertThrows(IOException.class, () -> labels("a cat\na dog\n")),
        "line 2: a is there twice");
    assertThrows(IOException.class, () -> labels("# nothing\n"));
  }
}
