package dev.pluglm.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors of an unpickled checkpoint by name.
 *
 * @param path the keys under which the state dict was nested, outermost first
 * @param skipped the names of what is no tensor
 */
record StateDict(List<String> path, Map<String, Pickled.View> tensors, List<String> skipped) {
    private static final List<String> USUAL_KEYS =
            List.of("model", "state_dict", "model_state_dict", "module", "model_state", "net", "weights");
    private static final int MAX_DEPTH = 8;
    private static final int KEYS_SHOWN = 6;

    static StateDict find(MappedFile file, Object root) {
        Object at = root;
        List<String> path = new ArrayList<>();
        while (at instanceof Map<?, ?> map && path.size() < MAX_DEPTH) {
            StateDict found = new StateDict(path, new LinkedHashMap<>(), new ArrayList<>());
            map.forEach((key, value) -> {
                if (key instanceof String name && value instanceof Pickled.View view) {
                    found.tensors.put(name, view);
                } else {
                    found.skipped.add(String.valueOf(key));
                }
            });
            if (!found.tensors.isEmpty()) {
                return found;
            }
            String inner = USUAL_KEYS.stream().filter(key -> map.get(key) instanceof Map).findFirst().orElse("");
            if (inner.isEmpty()) {
                throw file.problem("has no tensors%s; its keys are %s", path.isEmpty() ? "" : " under " + path,
                        keys(map));
            }
            path.add(inner);
            at = map.get(inner);
        }
        throw file.problem("holds %s%s, expected a dict of tensors (a state_dict)", Pickled.kind(at),
                path.isEmpty() ? "" : " under " + path);
    }

    private static String keys(Map<?, ?> map) {
        List<String> keys = map.keySet().stream().limit(KEYS_SHOWN).map(key -> Shown.quoted(key.toString())).toList();
        return keys + (map.size() > KEYS_SHOWN ? " and " + (map.size() - KEYS_SHOWN) + " more" : "");
    }
}
