package dev.pluglm.model;

import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Tensor;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** The body of the model: the embedding block, ordinary layers, and memory layers at the top. */
final class Encoder {
    final Embeddings embeddings;
    private final List<BertLayer> ordinary = new ArrayList<>();
    private final List<MemoryLayer> memory = new ArrayList<>();
    private final int documentLayers;
    /** Makes the keys and values of passages from this encoder's own weights; absent where both are fixed. */
    final Optional<Retriever> retriever;

    /** @param carried the encoder of the model's memories, where that is not this one's own */
    Encoder(Parameters.Group p, PlugLMConfig config, Device device, Supplier<Optional<Retriever>> carried) {
        embeddings = new Embeddings(p.at("embeddings"), config);
        documentLayers = config.documentEncoderType().layers();
        for (int i = 0; !config.isMemoryLayer(i) && i < config.numHiddenLayers(); i++) {
            ordinary.add(new BertLayer(p.at("encoder").at("layer").at(i), config));
        }
        Parameters.Group shared = p.at("encoder").at("retriever");
        retriever = config.numMemoryLayers() == 0 || config.fixKeys() && config.fixValues()
                ? Optional.empty()
                : Optional.of(new Retriever(
                        shared,
                        new DocumentEncoder(
                                shared.at("document_encoder"),
                                embeddings,
                                ordinary.subList(0, documentLayers),
                                config),
                        !config.fixKeys(),
                        !config.fixValues(),
                        config,
                        device));
        Lookup lookup = new Lookup(retriever, carried, config, device);
        for (int i = ordinary.size(); i < config.numHiddenLayers(); i++) {
            memory.add(new MemoryLayer(p.at("encoder").at("layer").at(i), i, lookup, config));
        }
    }

    /** {@code [batch, length]} token ids to {@code [batch, wanted, hidden]} states. */
    Tensor forward(Tensor ids, Tensor typeIds, Mask mask, Pass pass, Wanted wanted) {
        Tensor states = embeddings.forward(ids, typeIds, pass.training());
        Tensor encoded = states;
        int top = ordinary.size() + memory.size() - 1;
        for (int i = 0; i < ordinary.size(); i++) {
            states = ordinary.get(i).forward(states, mask, pass.training(), i == top ? wanted : Wanted.ALL);
            encoded = i < documentLayers ? states : encoded;
            pass.trace().hidden(i, states);
        }
        for (int i = ordinary.size(); i <= top; i++) {
            states = memory.get(i - ordinary.size()).forward(states, encoded, mask, pass, i == top ? wanted : Wanted.ALL);
            pass.trace().hidden(i, states);
        }
        return states;
    }
}
