package dev.pluglm.evaluation;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.pluglm.corpus.Corpus;
import dev.pluglm.disk.PendingFile;
import dev.pluglm.memory.Passage;
import dev.pluglm.problem.Problem;
import dev.pluglm.text.PassageSplitter;
import dev.pluglm.text.Tokenizer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What a memory is made of that facts are looked up in: the passages that state them, and others that do not. The ids
 * tie facts to passages: evidence that is split keeps its id before the number of the part.
 *
 * @param passages evidence first, then distractors
 * @param evidence how many of them are evidence
 * @param refused how many passages were no distractors, because they say subject and answer of a fact
 */
public record EvidencePassages(List<Passage> passages, int evidence, long refused) {

    public EvidencePassages {
        passages = List.copyOf(passages);
    }

    /**
     * How passages are chosen.
     *
     * @param passageTokens tokens of a passage at most, with title and special tokens; at least 8
     * @param evidence whether the evidence is wanted; without it the memory is a wrong one
     * @param distractors how many others
     * @param seed for what is drawn
     */
    public record Options(int passageTokens, boolean evidence, int distractors, long seed) {}

    /**
     * Collects the passages.
     *
     * @param others documents to draw distractors from
     * @param progress told how many kilobytes of these are read
     * @throws Problem if there are fewer distractors than asked for, or no passages at all
     */
    public static EvidencePassages collect(
            Facts facts, Optional<Corpus> others, Tokenizer tokenizer, Options options, LongConsumer progress) {
        PassageSplitter splitter = new PassageSplitter(tokenizer, options.passageTokens());
        Map<String, Passage> evidence = new LinkedHashMap<>();
        if (options.evidence()) {
            facts.facts().forEach(fact -> fact.evidence().forEach(passage -> evidence.put(passage.id(), passage)));
        }
        List<Passage> all = new ArrayList<>();
        evidence.values().forEach(each -> all.addAll(DrawnPassages.split(each, splitter)));
        int own = all.size();
        long refused = 0;
        if (others.isPresent() && options.distractors() > 0) {
            StatedFacts stated = new StatedFacts(facts.facts());
            DrawnPassages drawn = DrawnPassages.draw(others.get(), tokenizer, options.distractors(),
                    options.passageTokens(), true, options.seed(), each -> !stated.isStatedBy(each), progress);
            drawn.passages().forEach(each -> all.add(each.passage()));
            refused = drawn.refused();
            if (drawn.passages().size() < options.distractors()) {
                throw Problem.of("%d distractors were asked for, but the files have only %d passages that state none of"
                        + " the facts; ask for fewer or name more files", options.distractors(),
                        drawn.passages().size());
            }
        }
        if (all.isEmpty()) {
            throw Problem.of("none of the %d facts has evidence, and no distractors were asked for: there is nothing to"
                    + " write", facts.facts().size());
        }
        return new EvidencePassages(all, own, refused);
    }

    /** Writes the passages as JSON lines that {@code memory create} reads. */
    public void write(Path file) {
        ObjectMapper json = new ObjectMapper();
        try (PendingFile pending = new PendingFile(file)) {
            for (Passage passage : passages) {
                Map<String, Object> line = new LinkedHashMap<>();
                line.put("id", passage.id());
                passage.title().ifPresent(title -> line.put("title", title));
                passage.source().ifPresent(source -> line.put("source", source));
                line.put("text", passage.text());
                pending.write(ByteBuffer.wrap((json.writeValueAsString(line) + "\n").getBytes(StandardCharsets.UTF_8)));
            }
            pending.commit();
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a passage cannot be written as JSON", e);
        }
    }
}
