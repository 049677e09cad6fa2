using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>
/// Emits the product on matrix units (SPV_KHR_cooperative_matrix): tiles of A and B pass through shared memory, each subgroup keeps
/// its part of C in cooperative matrices, and C leaves through shared memory, where rows and columns are scaled back. A and B are padded
/// with zeros to whole tiles; where they have several parts, they lie tile by tile (<see cref="ScaledPlanes"/>). Set 0: 0 A, 1 B, 2 C, 3 and 4
/// the exponents by which rows of A and columns of B were scaled (with more than one part).
/// </summary>
internal sealed class MatrixModule
{
    private const int Band = 8;
    private const int ColumnsPerLane = 8;

    private readonly MatrixTile _tile;
    private readonly ModuleBuilder _module = new(new Version(1, 6), vulkanMemoryModel: true);
    private readonly FunctionBuilder _main;
    private readonly SpirvType _u32, _vector, _sumType, _left, _right;
    private readonly Value _a, _b, _c, _c4, _shiftA, _shiftB, _constants, _shared;

    private MatrixModule(MatrixTile tile)
    {
        _tile = tile;
        _u32 = _module.Int(32, signed: false);
        _vector = _module.Vector(_u32, 4);
        SpirvType element = tile.Unit.A switch
        {
            "Float16" => _module.Float(16),
            "Bfloat16" => _module.BFloat16(),
            _ => _module.Int(8, signed: true),
        };
        SpirvType sum = IsInteger ? _module.Int(32, signed: true) : _module.Float(32);
        _left = _module.CooperativeMatrix(element, tile.Unit.M, tile.Unit.K, CooperativeMatrixUse.MatrixAKHR);
        _right = _module.CooperativeMatrix(element, tile.Unit.K, tile.Unit.N, CooperativeMatrixUse.MatrixBKHR);
        _sumType = _module.CooperativeMatrix(sum, tile.Unit.M, tile.Unit.N, CooperativeMatrixUse.MatrixAccumulatorKHR);
        _a = _module.StorageBuffer(0, 0, _vector, "a", Decoration.NonWritable);
        _b = _module.StorageBuffer(0, 1, _vector, "b", Decoration.NonWritable);
        _c = _module.StorageBuffer(0, 2, _u32, "c");
        _c4 = _module.StorageBuffer(0, 2, _vector, "c4");
        if (IsScaled)
        {
            _shiftA = _module.StorageBuffer(0, 3, _module.Int(32, signed: true), "shift_a", Decoration.NonWritable);
            _shiftB = _module.StorageBuffer(0, 4, _module.Int(32, signed: true), "shift_b", Decoration.NonWritable);
        }
        string[] names = ["m", "n", "steps", "stride_a", "stride_b"]; // strides in vectors
        _constants = _module.PushConstants([.. names.Select((name, i) => (name, _u32, (uint)(4 * i)))]);
        _shared = _module.Shared(_module.Array(_vector, _module.Constant((uint)(tile.SharedBytes / 16))), "tiles");
        _main = _module.ComputeEntryPoint("main", ((uint)tile.Threads, 1, 1));
    }

    private bool IsInteger => _tile.Unit.C is "Sint32" or "Uint32";

    private bool IsScaled => _tile.Parts > 1;

    /// <summary>The module for a tile.</summary>
    public static byte[] Emit(MatrixTile tile) => new MatrixModule(tile).Emit();

    private byte[] Emit()
    {
        Value id = _main.Load(_module.BuiltInInput(BuiltIn.LocalInvocationIndex)), workgroup = _main.Extract(_main.Load(_module.BuiltInInput(BuiltIn.WorkgroupId)), 0);
        _module.Require(Capability.GroupNonUniform);
        Value group = _main.Load(_module.BuiltInInput(BuiltIn.SubgroupId)), lane = _main.Load(_module.BuiltInInput(BuiltIn.SubgroupLocalInvocationId));
        Value m = Constant(0), n = Constant(1), steps = Constant(2);

        // Workgroups go through C in bands of rows of tiles, so that those that run together share tiles in the cache.
        Value tilesN = DivideUp(n, _tile.Columns), tilesM = DivideUp(m, _tile.Rows);
        Value firstRow = _main.Multiply(_main.Divide(workgroup, _main.Multiply(U(Band), tilesN)), U(Band));
        Value height = _main.Call(GlslStd450.UMin, U(Band), _main.Subtract(tilesM, firstRow)), inBand = _main.Subtract(workgroup, _main.Multiply(firstRow, tilesN));
        Value row0 = _main.Multiply(_main.Add(firstRow, _main.Remainder(inBand, height)), U(_tile.Rows));
        Value column0 = _main.Multiply(_main.Divide(inBand, height), U(_tile.Columns));
        int groupsAcross = _tile.Columns / _tile.GroupColumns;
        Value groupRow = _main.Multiply(_main.Divide(group, U(groupsAcross)), U(_tile.GroupRows));
        Value groupColumn = _main.Multiply(_main.Remainder(group, U(groupsAcross)), U(_tile.GroupColumns));

        MatrixCopies copies = new(_tile, _module, _main, _shared, id, steps);
        if (_tile.Parts > 1)
        {
            copies.AddTiles(_a, _tile.Rows, _tile.Depth, 0, _tile.StrideA, _tile.PlaneA, _main.Divide(row0, U(_tile.Rows)));
            copies.AddTiles(_b, _tile.RowsB, _tile.ColumnsB, _tile.Parts * _tile.PlaneA, _tile.StrideB, _tile.PlaneB, _main.Divide(column0, U(_tile.Columns)));
        }
        else
        {
            Value strideB = Constant(4), stepA = U(_tile.Depth / _tile.Vector), along = _main.Divide(column0, U(_tile.Vector));
            copies.AddMatrix(_a, _tile.Rows, _tile.Depth, 0, _tile.StrideA, _main.Multiply(row0, Constant(3)), Constant(3), stepA);
            (Value firstB, Value stepB) = _tile.IsTransposedB ? (_main.Multiply(column0, strideB), stepA) : (along, _main.Multiply(U(_tile.Depth), strideB));
            copies.AddMatrix(_b, _tile.RowsB, _tile.ColumnsB, _tile.PlaneA, _tile.StrideB, firstB, strideB, stepB);
        }
        int fragmentRows = _tile.GroupRows / (int)_tile.Unit.M, fragmentColumns = _tile.GroupColumns / (int)_tile.Unit.N;
        Value[][,] sums = [.. Enumerable.Range(0, Math.Max(_tile.Groups, 1)).Select(_ => Fragments(fragmentRows, fragmentColumns))];
        // The unit truncates as it adds, so the sums of fp32.split stay short: those of one tile from zero, then an addition in binary32.
        Value[,]? few = _tile is { Parts: 2 } ? Fragments(fragmentRows, fragmentColumns) : null;
        Value none = _module.Zero(_sumType);
        foreach (Value fragment in sums.SelectMany(fragments => fragments.Cast<Value>())) _main.Store(fragment, none);
        Value read = _main.Variable(_u32, "read");
        _main.Store(read, U(0));
        copies.Store(copies.Fetch(U(0)), U(0));
        _main.Barrier();
        Value last = _main.Subtract(steps, U(1));
        _main.For(U(0), steps, U(1), step =>
        {
            Value[] next = copies.Fetch(_main.Call(GlslStd450.UMin, _main.Add(step, U(1)), last)); // what is fetched after the last tile is not used
            Value at = _main.Load(read);
            if (few is not null)
            {
                foreach (Value fragment in few) _main.Store(fragment, none);
            }
            Multiply(at, groupRow, groupColumn, few is null ? sums : [few]);
            if (few is not null)
            {
                for (int i = 0; i < fragmentRows; i++)
                {
                    for (int j = 0; j < fragmentColumns; j++) _main.Store(sums[0][i, j], _main.Add(_main.Load(sums[0][i, j]), _main.Load(few[i, j])));
                }
            }
            if (_tile.Stages == 1) _main.Barrier();
            Value other = _tile.Stages == 1 ? at : _main.Subtract(U(_tile.Stage), at);
            copies.Store(next, other);
            _main.Store(read, other);
            _main.Barrier();
        });
        Finish(group, lane, m, n, _main.Add(row0, groupRow), _main.Add(column0, groupColumn), sums);
        return _module.Build();
    }

    private Value[,] Fragments(int rows, int columns)
    {
        Value[,] fragments = new Value[rows, columns];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++) fragments[i, j] = _main.Variable(_sumType);
        }
        return fragments;
    }

    private void Multiply(Value stage, Value groupRow, Value groupColumn, Value[][,] sums)
    {
        int units = _tile.Depth / (int)_tile.Unit.K, stepA = (int)_tile.Unit.K / _tile.Vector;
        int stepB = _tile.IsTransposedB ? stepA : (int)_tile.Unit.K * _tile.StrideB;
        Value originA = _main.Add(stage, _main.Multiply(groupRow, U(_tile.StrideA)));
        Value originB = _main.Add(stage, U(_tile.Parts * _tile.PlaneA));
        originB = _main.Add(originB, _tile.IsTransposedB ? _main.Multiply(groupColumn, U(_tile.StrideB)) : _main.Divide(groupColumn, U(_tile.Vector)));
        if (_tile.IsUnrolled)
        {
            for (int unit = 0; unit < units; unit++) MultiplyUnit(_main.Add(originA, U(unit * stepA)), _main.Add(originB, U(unit * stepB)), sums);
            return;
        }
        // Left rolled, so that the driver neither pulls all fragments of a tile to the front nor pushes the loads of the next one to the end.
        _main.For(
            U(0), U(units), U(1),
            unit => MultiplyUnit(_main.Add(originA, _main.Multiply(unit, U(stepA))), _main.Add(originB, _main.Multiply(unit, U(stepB))), sums),
            LoopControl.DontUnroll);
    }

    // What a unit's depth of the tile adds to the sums.
    private void MultiplyUnit(Value originA, Value originB, Value[][,] sums)
    {
        int rows = sums[0].GetLength(0), columns = sums[0].GetLength(1);
        CooperativeMatrixLayout layoutB = _tile.IsTransposedB ? CooperativeMatrixLayout.ColumnMajorKHR : CooperativeMatrixLayout.RowMajorKHR;
        Value[,] right = new Value[columns, _tile.Parts];
        for (int j = 0; j < columns; j++)
        {
            int column = j * (int)_tile.Unit.N, offset = _tile.IsTransposedB ? column * _tile.StrideB : column / _tile.Vector;
            for (int part = 0; part < _tile.Parts; part++) right[j, part] = _main.LoadMatrix(_right, At(_main.Add(originB, U(offset + (part * _tile.PlaneB)))), layoutB, U(_tile.StrideB));
        }
        for (int i = 0; i < rows; i++)
        {
            Value[] left = new Value[_tile.Parts];
            int offset = i * (int)_tile.Unit.M * _tile.StrideA;
            for (int part = 0; part < _tile.Parts; part++)
                left[part] = _main.LoadMatrix(_left, At(_main.Add(originA, U(offset + (part * _tile.PlaneA)))), CooperativeMatrixLayout.RowMajorKHR, U(_tile.StrideA));
            for (int j = 0; j < columns; j++)
            {
                foreach ((int sum, int partA, int partB) in Products()) _main.Store(sums[sum][i, j], _main.MultiplyAdd(left[partA], right[j, partB], _main.Load(sums[sum][i, j])));
            }
        }
    }

    // Which parts of A and B are multiplied, and which sum gets the product. Small products of fp32.split come first.
    private IEnumerable<(int Sum, int PartA, int PartB)> Products()
    {
        if (_tile.Parts == 1) return [(0, 0, 0)];
        if (_tile.Groups == 0) return [(0, 1, 0), (0, 0, 1), (0, 0, 0)];
        return
            from partA in Enumerable.Range(0, _tile.Parts)
            from partB in Enumerable.Range(0, Math.Min(_tile.Parts, _tile.Groups - partA))
            select (partA + partB, partA, partB);
    }

    // Each lane takes half a row of a fragment from shared memory.
    private void Finish(Value group, Value lane, Value m, Value n, Value row0, Value column0, Value[][,] sums)
    {
        int stride = ((int)_tile.Unit.N / 4) + 1, lanesPerRow = (int)_tile.Unit.N / ColumnsPerLane;
        Value scratch = _main.Multiply(group, U(sums.Length * _tile.ScratchVectors));
        Value laneRow = _main.Divide(lane, U(lanesPerRow)), laneColumn = _main.Multiply(_main.Remainder(lane, U(lanesPerRow)), U(ColumnsPerLane));
        Value inFours = _main.Equal(_main.And(n, U(3)), U(0));
        int rowsAtOnce = MatrixTile.Lanes / lanesPerRow;
        int groups = sums.Length;
        foreach ((int i, int j) in Positions(sums[0]))
        {
            for (int g = 0; g < groups; g++)
                _main.StoreMatrix(At(_main.Add(scratch, U(g * _tile.ScratchVectors))), _main.Load(sums[g][i, j]), CooperativeMatrixLayout.RowMajorKHR, U(stride));
            _main.SubgroupBarrier();
            for (int first = 0; first < (int)_tile.Unit.M; first += rowsAtOnce)
            {
                Value inFragment = _main.Add(laneRow, U(first));
                Value row = _main.Add(row0, _main.Add(inFragment, U(i * (int)_tile.Unit.M))), column = _main.Add(column0, _main.Add(laneColumn, U(j * (int)_tile.Unit.N)));
                Value from = _main.Add(_main.Add(scratch, _main.Multiply(inFragment, U(stride))), _main.Divide(laneColumn, U(4)));
                _main.If(_main.And(_main.LessThan(row, m), _main.LessThan(column, n)), () =>
                {
                    Value shift = IsScaled ? _main.Load(_main.Member(_shiftA, 0, row)) : default;
                    for (int half = 0; half < ColumnsPerLane / 4; half++)
                    {
                        Value[] four = [.. Enumerable.Range(0, groups).Select(g => _main.Load(At(_main.Add(from, U(half + (g * _tile.ScratchVectors))))))];
                        StoreFour(row, _main.Add(column, U(4 * half)), n, inFours, four, shift);
                    }
                });
            }
            _main.SubgroupBarrier();
        }
    }

    private static IEnumerable<(int I, int J)> Positions(Value[,] fragments) =>
        from i in Enumerable.Range(0, fragments.GetLength(0))
        from j in Enumerable.Range(0, fragments.GetLength(1))
        select (i, j);

    private void StoreFour(Value row, Value column, Value n, Value inFours, Value[] four, Value shift)
    {
        Value at = _main.Add(_main.Multiply(row, n), column);
        Value Element(int i)
        {
            if (!IsScaled) return _main.Extract(four[0], (uint)i);
            Value exponent = _main.Add(shift, _main.Load(_main.Member(_shiftB, 0, _main.Add(column, U(i)))));
            return _tile.Groups > 0
                ? FixedRounding.Emit(_main, _module, [.. four.Select(sums => _main.Extract(sums, (uint)i))], exponent)
                : BinaryScale.Emit(_main, _module, _main.Extract(four[0], (uint)i), exponent);
        }
        _main.If(
            inFours,
            () => _main.If(_main.LessThan(column, n), () =>
            {
                Value whole = IsScaled ? _main.Construct(_vector, Element(0), Element(1), Element(2), Element(3)) : four[0];
                _main.Store(_main.Member(_c4, 0, _main.Divide(at, U(4))), whole);
            }),
            () =>
            {
                for (int i = 0; i < 4; i++)
                {
                    int x = i;
                    _main.If(_main.LessThan(_main.Add(column, U(x)), n), () => _main.Store(_main.Member(_c, 0, _main.Add(at, U(x))), Element(x)));
                }
            });
    }

    private Value At(Value vector) => _main.Access(_shared, vector);

    private Value U(int number) => _module.Constant((uint)number);

    private Value Constant(int member) => _main.Load(_main.Member(_constants, member));

    private Value DivideUp(Value x, int by) => _main.Divide(_main.Add(x, U(by - 1)), U(by));
}
