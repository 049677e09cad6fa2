using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>
/// Emits the copies of tiles from memory to shared memory: what one invocation copies of each tile, in vectors of 16 bytes. All loads
/// of a tile come before its stores, so that a product can be computed in between.
/// </summary>
internal sealed class MatrixCopies(MatrixTile tile, ModuleBuilder module, FunctionBuilder main, Value shared, Value id, Value steps)
{
    private readonly List<(Value Buffer, Value Base, Value Step, Value Target)> _copies = [];

    /// <summary>Adds an operand whose tiles lie one after the other along K, each with all its planes.</summary>
    /// <param name="buffer">Its buffer.</param>
    /// <param name="rows">Rows of a tile, as stored.</param>
    /// <param name="columns">Columns of a tile, as stored.</param>
    /// <param name="origin">Where it begins in shared memory, in vectors.</param>
    /// <param name="sharedStride">The distance of its rows there.</param>
    /// <param name="sharedPlane">The distance of its planes there.</param>
    /// <param name="line">Which row or column of tiles it is.</param>
    public void AddTiles(Value buffer, int rows, int columns, int origin, int sharedStride, int sharedPlane, Value line)
    {
        int plane = Vectors(rows, columns);
        Value size = U(tile.Parts * plane), begin = main.Multiply(main.Multiply(line, steps), size);
        for (int first = 0; first < tile.Parts * plane; first += tile.Threads)
        {
            (Value row, Value column) = Place(first % plane, columns);
            Value target = main.Add(main.Add(main.Multiply(row, U(sharedStride)), column), U(origin + (first / plane * sharedPlane)));
            _copies.Add((buffer, main.Add(begin, main.Add(id, U(first))), size, target));
        }
    }

    /// <summary>Adds an operand that is an ordinary matrix.</summary>
    /// <param name="buffer">Its buffer.</param>
    /// <param name="rows">Rows of a tile, as stored.</param>
    /// <param name="columns">Columns of a tile, as stored.</param>
    /// <param name="origin">Where it begins in shared memory, in vectors.</param>
    /// <param name="sharedStride">The distance of its rows there.</param>
    /// <param name="begin">Where its first tile begins in the buffer, in vectors.</param>
    /// <param name="stride">The distance of its rows in the buffer.</param>
    /// <param name="step">The distance of its tiles.</param>
    public void AddMatrix(Value buffer, int rows, int columns, int origin, int sharedStride, Value begin, Value stride, Value step)
    {
        int vectors = Vectors(rows, columns);
        for (int first = 0; first < vectors; first += tile.Threads)
        {
            (Value row, Value column) = Place(first, columns);
            Value from = main.Add(begin, main.Add(main.Multiply(row, stride), column));
            _copies.Add((buffer, from, step, main.Add(main.Add(main.Multiply(row, U(sharedStride)), column), U(origin))));
        }
    }

    /// <summary>Loads this invocation's vectors of a tile.</summary>
    /// <param name="step">Which tile along K.</param>
    public Value[] Fetch(Value step) => [.. _copies.Select(copy => main.Load(main.Member(copy.Buffer, 0, main.Add(copy.Base, main.Multiply(step, copy.Step)))))];

    /// <summary>Stores them in shared memory.</summary>
    /// <param name="vectors">What was loaded.</param>
    /// <param name="stage">Where the stage begins.</param>
    public void Store(Value[] vectors, Value stage)
    {
        for (int i = 0; i < vectors.Length; i++) main.Store(main.Access(shared, main.Add(_copies[i].Target, stage)), vectors[i]);
    }

    private int Vectors(int rows, int columns)
    {
        int vectors = rows * columns / tile.Vector;
        return vectors % tile.Threads == 0 ? vectors : throw new ArgumentException($"a tile of {rows}×{columns} cannot be shared by {tile.Threads} invocations");
    }

    private (Value Row, Value Column) Place(int first, int columns)
    {
        Value vector = main.Add(id, U(first)), along = U(columns / tile.Vector);
        return (main.Divide(vector, along), main.Remainder(vector, along));
    }

    private Value U(int number) => module.Constant((uint)number);
}
