package dev.pluglm.task;

import dev.pluglm.model.Task;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Locale;

/** What a model can be fine-tuned for. */
public enum TaskKind {
    /** One of several labels for a text or a pair. */
    CLASSIFY(Task.CLASSIFICATION, 128, "accuracy"),
    /** A number for a text or a pair. */
    REGRESS(Task.REGRESSION, 128, "pearson,spearman"),
    /** Named entities in sentences. */
    NER(Task.TOKEN_CLASSIFICATION, 128, ""),
    /** The piece of a text that answers a question. */
    QA(Task.QUESTION_ANSWERING, 384, ""),
    /** Whether the answer to a question about a text is yes. */
    YESNO(Task.YES_NO, 384, "accuracy,macro_f1");

    private final Task head;
    private final int maxSeqLen;
    private final String metrics;

    TaskKind(Task head, int maxSeqLen, String metrics) {
        this.head = head;
        this.maxSeqLen = maxSeqLen;
        this.metrics = metrics;
    }

    /** What stands on top of the model. */
    Task head() {
        return head;
    }

    int maxSeqLen() {
        return maxSeqLen;
    }

    String metrics() {
        return metrics;
    }

    @JsonCreator
    static TaskKind of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Its name on the command line. */
    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
