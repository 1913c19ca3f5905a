package dev.pluglm.checkpoint;

import java.util.Optional;
import java.util.Set;

/** The list of what a checkpoint may name. Nothing on it runs code that the file brings along, or any of Python's. */
sealed interface PickledName {

    /** Module and name with a dot between. */
    String fullName();

    /** A function or class that the unpickler knows how to stand in for. */
    enum Callable implements PickledName {
        ORDERED_DICT("collections.OrderedDict"),
        SIZE("torch.Size"),
        REBUILD_TENSOR("torch._utils._rebuild_tensor"),
        REBUILD_TENSOR_V2("torch._utils._rebuild_tensor_v2"),
        REBUILD_TENSOR_V3("torch._utils._rebuild_tensor_v3"),
        REBUILD_PARAMETER("torch._utils._rebuild_parameter"),
        /** How protocol 2 writes bytes: the text and "latin1". */
        ENCODE("_codecs.encode");

        private final String fullName;

        Callable(String fullName) {
            this.fullName = fullName;
        }

        @Override
        public String fullName() {
            return fullName;
        }
    }

    /** A storage class such as torch.FloatStorage; without a type for torch.storage.UntypedStorage. */
    record StorageClass(String fullName, Optional<DType> type) implements PickledName {}

    /** A type such as torch.float32. */
    record TypeName(String fullName, DType type) implements PickledName {}

    /** The name if it is on the list. */
    static Optional<PickledName> of(String module, String name) {
        String fullName = module + "." + name;
        for (Callable callable : Callable.values()) {
            if (callable.fullName().equals(fullName)) {
                return Optional.of(callable);
            }
        }
        if (module.equals("torch") || module.equals("torch.cuda")) {
            Optional<DType> storage = DType.ofTorchStorage(name);
            if (storage.isPresent()) {
                return Optional.of(new StorageClass(fullName, storage));
            }
        }
        if (Set.of("torch.storage.UntypedStorage", "torch.storage._UntypedStorage").contains(fullName)) {
            return Optional.of(new StorageClass(fullName, Optional.empty()));
        }
        return module.equals("torch")
                ? DType.ofTorch(name).map(type -> new TypeName(fullName, type))
                : Optional.empty();
    }
}
