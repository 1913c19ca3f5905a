package dev.pluglm.task;

import dev.pluglm.task.data.Answer;
import dev.pluglm.task.data.QuestionExample;
import dev.pluglm.text.Tokenizer;
import dev.pluglm.text.Tokens;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Cuts a text that a question is asked about into windows that the model can read (SPEC 5.3). */
final class TextWindows {

    private final Tokenizer tokenizer;
    private final TaskSettings settings;

    TextWindows(Tokenizer tokenizer, TaskSettings settings) {
        this.tokenizer = tokenizer;
        this.settings = settings;
    }

    /**
     * A question with a part of its text: {@code [CLS] question [SEP] part [SEP]}.
     *
     * @param sample as the model reads it, without target
     * @param offset which of its tokens is the first of the part
     * @param charStart for each token of the part, the char of the text at which it begins
     * @param charEnd the char after its last
     */
    record Window(Sample sample, int offset, int[] charStart, int[] charEnd) {

        /** How many tokens the part has. */
        int tokens() {
            return charStart.length;
        }

        /** With the answer's first and last token as target; the first token of all if it is not wholly inside. */
        Sample labelled(Optional<Answer> answer) {
            int first = answer.map(it -> firstToken(it.start())).orElse(-1);
            int last = answer.map(it -> lastToken(it.end())).orElse(-1);
            return first < 0 || last < first ? sample.with(0, 0) : sample.with(offset + first, offset + last);
        }

        /** The token with this char; if that is a space, the one after it. */
        private int firstToken(int start) {
            if (tokens() == 0 || charStart[0] > start) {
                return -1;
            }
            for (int token = 0; token < tokens(); token++) {
                if (charEnd[token] > start) {
                    return token;
                }
            }
            return -1;
        }

        /** The token that ends here or goes on beyond. */
        private int lastToken(int end) {
            for (int token = 0; token < tokens(); token++) {
                if (charEnd[token] >= end) {
                    return charStart[token] < end ? token : token - 1;
                }
            }
            return -1;
        }
    }

    /** All windows of a text; at least one. */
    List<Window> of(int number, QuestionExample example) {
        Tokens question = tokenizer.tokenize(example.question());
        Tokens text = tokenizer.tokenize(example.context());
        int tag = settings.tagged() ? 1 : 0;
        int room = settings.maxSeqLen() - 3 - tag;
        // A question may have half of the room at most; nobody asks that long.
        int asked = Math.min(question.length(), room / 2);
        int width = room - asked;
        int step = Math.max(1, width - Math.min(settings.docStride(), width / 2));
        List<Window> windows = new ArrayList<>();
        int from = 0;
        while (true) {
            int to = Math.min(text.length(), from + width);
            windows.add(window(number, question, asked, text, from, to));
            if (to == text.length()) {
                return windows;
            }
            from += step;
        }
    }

    private Window window(int number, Tokens question, int asked, Tokens text, int from, int to) {
        int tag = settings.tagged() ? 1 : 0;
        int offset = asked + 2 + tag;
        int length = offset + to - from + 1;
        int[] ids = new int[length];
        int[] types = new int[length];
        ids[0] = tokenizer.vocabulary().classification();
        if (settings.tagged()) {
            ids[1] = TextInputs.tag(tokenizer);
        }
        System.arraycopy(question.ids(), 0, ids, 1 + tag, asked);
        ids[offset - 1] = tokenizer.vocabulary().separator();
        System.arraycopy(text.ids(), from, ids, offset, to - from);
        ids[length - 1] = tokenizer.vocabulary().separator();
        Arrays.fill(types, offset, length, 1);
        return new Window(new Sample(number, ids, types), offset, Arrays.copyOfRange(text.charStart(), from, to),
                Arrays.copyOfRange(text.charEnd(), from, to));
    }
}
