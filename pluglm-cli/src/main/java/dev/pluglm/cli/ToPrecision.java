package dev.pluglm.cli;

import dev.pluglm.problem.Problem;
import dev.pluglm.tensor.Precision;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The number format that an option names. */
final class ToPrecision implements ITypeConverter<Precision> {
    @Override
    public Precision convert(String name) {
        try {
            return Precision.of(name);
        } catch (Problem unknown) {
            throw new TypeConversionException(unknown.getMessage());
        }
    }
}
