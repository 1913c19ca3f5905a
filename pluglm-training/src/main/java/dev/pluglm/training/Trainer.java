package dev.pluglm.training;

import dev.pluglm.model.PlugLMModel;
import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Scope;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

import java.util.Collection;
import java.util.List;

/**
 * The training loop: forward, backward, one update after another, until the last.
 *
 * <p>An update sums the gradients of all micro-batches of all processes, divided by the weight of the whole, so that
 * how work is cut up changes nothing but rounding. Everything random in a micro-batch is seeded by the run's seed and
 * the number of its work, so a run that goes on from a checkpoint draws what it would have drawn.
 */
public final class Trainer {

    /** Below this scale gradients overflow because they are infinite, not because the scale is too large. */
    private static final double SMALLEST_SCALE = 1e-4;

    private final PlugLMModel model;
    private final Objective objective;
    private final Optimizer optimizer;
    private final Schedule schedule;
    private final LossScaler scaler;
    private final Settings settings;
    private final Ensemble ensemble;
    private final Collection<Tensor> weights;
    private Position position;

    /**
     * How to train.
     *
     * @param steps updates to make in all
     * @param maxGradNorm gradients are scaled down to this norm; 0 for no limit
     * @param precision number format of matrix products
     * @param seed of dropout
     */
    public record Settings(long steps, double maxGradNorm, MixedPrecision precision, long seed) {}

    /**
     * How far a run is.
     *
     * @param updates updates made
     * @param works works done: more than updates where some were skipped because fp16 overflowed
     */
    public record Position(long updates, long works) {
        public static final Position START = new Position(0, 0);
    }

    /** A run at its start; {@link #goOnFrom} moves it on. */
    public Trainer(
            PlugLMModel model,
            Objective objective,
            Optimizer optimizer,
            Schedule schedule,
            LossScaler scaler,
            Settings settings,
            Ensemble ensemble) {
        this.model = model;
        this.objective = objective;
        this.optimizer = optimizer;
        this.schedule = schedule;
        this.scaler = scaler;
        this.settings = settings;
        this.ensemble = ensemble;
        this.weights = List.copyOf(model.parameters().trainable().values());
        this.position = Position.START;
    }

    /** Moves the data on to where a run was; weights, optimizer and scaler are restored by the caller. */
    public void goOnFrom(Position saved) {
        objective.skip(saved.works() - position.works());
        position = saved;
    }

    public Position position() {
        return position;
    }

    /** What a checkpoint keeps of the run beside weights and optimizer. */
    public RunState state(String data) {
        return new RunState(position, optimizer.name(), optimizer.steps(), scaler.state(), data, ensemble.count());
    }

    /** Whether the last update is made. */
    public boolean isDone() {
        return position.updates() >= settings.steps();
    }

    /**
     * Makes the next update, or skips one work if fp16 overflowed.
     *
     * @throws Problem if the loss is not a finite number any more
     */
    public Report step() {
        long start = System.nanoTime();
        long update = position.updates() + 1;
        Work work = objective.next();
        Gradients.zero(weights);
        double loss = 0;
        for (int i = 0; i < work.microBatches(); i++) {
            loss += microBatch(work, i);
        }
        ensemble.sumGradients(weights);
        loss = ensemble.sum(loss) / work.weight();
        double scaledNorm = Gradients.norm(weights);
        double rate = schedule.learningRate(update);
        boolean finite = Double.isFinite(scaledNorm);
        double scale = scaler.scale();
        if (finite) {
            optimizer.step(rate, scale * Gradients.clipDivisor(scaledNorm, scale, settings.maxGradNorm()));
        } else if (!scaler.state().dynamic() || scale < SMALLEST_SCALE) {
            throw Problem.of("update %d: the loss is %s and its gradients are not finite; the weights are still those "
                    + "of update %d. Start again from a checkpoint with a lower learning_rate, or in fp32", update,
                    loss, position.updates());
        }
        scaler.update(!finite);
        position = new Position(position.updates() + (finite ? 1 : 0), position.works() + 1);
        if (finite) {
            objective.updated(position.updates());
        }
        return new Report(position.updates(), !finite, loss, rate, scaledNorm / scale, scale,
                Math.round(ensemble.sum(work.tokens())), (System.nanoTime() - start) / 1e9);
    }

    private double microBatch(Work work, int number) {
        try (Scope _ = Scope.open()) {
            torch.manual_seed(seed(number));
            Tensor loss;
            try (Autocast _ = Autocast.open(model.device(), settings.precision())) {
                loss = work.loss(number);
            }
            loss.mul(new Scalar(scaler.scale() / work.weight())).backward();
            return loss.item_double();
        }
    }

    /** Another one for every work, micro-batch and process. */
    private long seed(int microBatch) {
        long mixed = settings.seed();
        for (long part : new long[] {position.works(), microBatch, ensemble.rank()}) {
            mixed = (mixed ^ part) * 0x9E3779B97F4A7C15L;
            mixed ^= mixed >>> 32;
        }
        return mixed >>> 1;
    }

    /**
     * What an update did.
     *
     * @param update its number, from 1; of a skipped work, the last update made
     * @param skipped whether fp16 overflowed and the weights are unchanged
     * @param loss mean loss over the whole batch
     * @param learningRate that it was made with
     * @param gradientNorm before it was limited
     * @param scale of the loss
     * @param tokens computed by all processes
     * @param seconds that it took
     */
    public record Report(
            long update,
            boolean skipped,
            double loss,
            double learningRate,
            double gradientNorm,
            double scale,
            long tokens,
            double seconds) {}
}
