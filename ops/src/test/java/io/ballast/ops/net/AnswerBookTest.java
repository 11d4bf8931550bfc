package io.ballast.ops.net;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

final class AnswerBookTest {
  private final AnswerBook book = new AnswerBook();

  @Test
  void whatIsNotAnsweredIsLost() {
    for (int i = 0; i < 5; i++) {
      assertEquals(i, book.send());
    }
    book.answer(4);
    book.answer(0);

    assertEquals(2, book.answered());
    assertEquals(5, book.result().sent());
    assertEquals(3, book.result().lost());
  }

  @Test
  void anAnswerThatComesTwiceOrWasNotAskedForDoesNotCount() {
    book.send();
    book.send();
    book.answer(1);
    book.answer(1);
    book.answer(2);

    assertEquals(1, book.answered());
    assertEquals(1, book.result().lost());
  }
}
