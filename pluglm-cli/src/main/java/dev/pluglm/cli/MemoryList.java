package dev.pluglm.cli;

import dev.pluglm.cli.Table.Column;
import dev.pluglm.memory.MemoryStore;
import dev.pluglm.memory.Passage;
import dev.pluglm.memory.StoreView;
import dev.pluglm.problem.Problem;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

@Command(name = "list",
        header = "Show the passages of a memory, in the order in which they were added.",
        description = {"", "Long texts are shortened; --full, and --json, show them whole."},
        footer = {"", "Examples:", "  pluglm memory list facts --limit 20",
            "  pluglm memory list facts canberra --full"})
final class MemoryList extends MemoryAction {
    @Parameters(index = "1..*", paramLabel = "ID", description = "Show only these passages.")
    private List<String> ids = List.of();

    @Option(names = "--source", paramLabel = "SOURCE", description = "Show only the passages of this source.")
    private String source;

    @Option(names = {"-n", "--limit"}, paramLabel = "N", description = "Show at most so many.")
    private Long limit;

    @Option(names = "--full", description = "Show texts whole.")
    private boolean full;

    @Override
    int run(Console console) {
        if (limit != null && limit < 0) {
            throw new BadUsage("--limit is " + limit + "; expected 0 or more");
        }
        try (MemoryStore store = MemoryStore.openForReading(directory); StoreView view = store.view()) {
            Stream<Passage> passages = rows(view, directory).mapToObj(view::passage)
                    .filter(passage -> source == null || passage.source().filter(source::equals).isPresent())
                    .limit(limit == null ? Long.MAX_VALUE : limit);
            if (console.isJson()) {
                passages.forEach(passage -> console.json(json(passage)));
            } else {
                print(console, passages);
            }
        }
        return Cli.OK;
    }

    private IntStream rows(StoreView view, Path where) {
        if (ids.isEmpty()) {
            return view.rows(0);
        }
        return ids.stream().mapToInt(id -> view.find(id).orElseThrow(() ->
                Problem.of("%s: there is no passage with id '%s'", where, id)));
    }

    private void print(Console console, Stream<Passage> passages) {
        int width = full ? Integer.MAX_VALUE : Passages.WIDTH;
        try (Table table = new Table(console, Column.text("id"), Column.text("source"), Column.text("text"))) {
            passages.forEach(passage ->
                    table.row(passage.id(), Passages.source(passage), Passages.text(passage, width)));
        }
    }

    static Map<String, Object> json(Passage passage) {
        Map<String, Object> object = new LinkedHashMap<>();
        object.put("id", passage.id());
        object.put("text", passage.text());
        passage.title().ifPresent(title -> object.put("title", title));
        passage.source().ifPresent(source -> object.put("source", source));
        passage.metadata().forEach(object::putIfAbsent);
        return object;
    }
}
