using Hlx.Spirv;

namespace Hlx.Kernels;

/// <summary>
/// Emits the product on matrix units (SPV_KHR_cooperative_matrix): tiles of A and B pass through shared memory, each subgroup keeps
/// its part of C in cooperative matrices, and C leaves through shared memory, where rows and columns are scaled back. A and B lie
/// in planes that are padded with zeros to whole tiles. Set 0: 0 A, 1 B, 2 C, 3 and 4 the exponents by which rows of A and columns of B
/// were scaled (with more than one part).
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
        string[] names = ["m", "n", "steps", "stride_a", "stride_b", "plane_a", "plane_b"]; // strides and planes in vectors
        _constants = _module.PushConstants([.. names.Select((name, i) => (name, _u32, (uint)(4 * i)))]);
        _shared = _module.Shared(_module.Array(_vector, _module.Constant((uint)(tile.SharedBytes / 16))), "tiles");
        _main = _module.ComputeEntryPoint("main", ((uint)tile.Threads, 1, 1));
    }

    private bool IsInteger => _tile.Unit.C is "Sint32" or "Uint32";

    private bool IsScaled => _tile is { Parts: > 1, Groups: 0 };

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

        Copies copies = new(this, id, row0, column0);
        Value[,,] sums = new Value[Math.Max(_tile.Groups, 1), _tile.GroupRows / (int)_tile.Unit.M, _tile.GroupColumns / (int)_tile.Unit.N];
        Value none = _module.Zero(_sumType);
        for (int g = 0; g < sums.GetLength(0); g++)
        {
            for (int i = 0; i < sums.GetLength(1); i++)
            {
                for (int j = 0; j < sums.GetLength(2); j++)
                {
                    sums[g, i, j] = _main.Variable(_sumType);
                    _main.Store(sums[g, i, j], none);
                }
            }
        }
        Value read = _main.Variable(_u32, "read");
        _main.Store(read, U(0));
        copies.Store(copies.Fetch(U(0)), U(0));
        _main.Barrier();
        Value last = _main.Subtract(steps, U(1));
        _main.For(U(0), steps, U(1), step =>
        {
            Value[] next = copies.Fetch(_main.Call(GlslStd450.UMin, _main.Add(step, U(1)), last)); // what is fetched after the last tile is not used
            Value at = _main.Load(read);
            Multiply(at, groupRow, groupColumn, sums, none);
            if (_tile.Stages == 1) _main.Barrier();
            Value other = _tile.Stages == 1 ? at : _main.Subtract(U(_tile.Stage), at);
            copies.Store(next, other);
            _main.Store(read, other);
            _main.Barrier();
        });
        Finish(group, lane, m, n, _main.Add(row0, groupRow), _main.Add(column0, groupColumn), sums);
        return _module.Build();
    }

    private void Multiply(Value stage, Value groupRow, Value groupColumn, Value[,,] sums, Value none)
    {
        Value strideA = U(_tile.StrideA), strideB = U(_tile.StrideB);
        CooperativeMatrixLayout layoutB = _tile.IsTransposedB ? CooperativeMatrixLayout.ColumnMajorKHR : CooperativeMatrixLayout.RowMajorKHR;
        Value originA = _main.Add(stage, _main.Multiply(groupRow, strideA));
        Value originB = _main.Add(_main.Add(stage, U(_tile.Parts * _tile.PlaneA)), _tile.IsTransposedB ? _main.Multiply(groupColumn, strideB) : _main.Divide(groupColumn, U(_tile.Vector)));
        for (int k = 0; k < _tile.Depth; k += (int)_tile.Unit.K)
        {
            Value[,] right = new Value[sums.GetLength(2), _tile.Parts];
            for (int j = 0; j < sums.GetLength(2); j++)
            {
                int column = j * (int)_tile.Unit.N;
                int offset = _tile.IsTransposedB ? (column * _tile.StrideB) + (k / _tile.Vector) : (k * _tile.StrideB) + (column / _tile.Vector);
                for (int part = 0; part < _tile.Parts; part++)
                    right[j, part] = _main.LoadMatrix(_right, At(_main.Add(originB, U(offset + (part * _tile.PlaneB)))), layoutB, strideB);
            }
            for (int i = 0; i < sums.GetLength(1); i++)
            {
                Value[] left = new Value[_tile.Parts];
                int offset = (i * (int)_tile.Unit.M * _tile.StrideA) + (k / _tile.Vector);
                for (int part = 0; part < _tile.Parts; part++)
                    left[part] = _main.LoadMatrix(_left, At(_main.Add(originA, U(offset + (part * _tile.PlaneA)))), CooperativeMatrixLayout.RowMajorKHR, strideA);
                for (int j = 0; j < sums.GetLength(2); j++) MultiplyFragment(i, j, left, right, sums, none);
            }
        }
    }

    private void MultiplyFragment(int i, int j, Value[] left, Value[,] right, Value[,,] sums, Value none)
    {
        if (_tile.Groups > 0)
        {
            for (int digitA = 0; digitA < _tile.Parts; digitA++)
            {
                for (int digitB = 0; digitB < _tile.Parts && digitA + digitB < _tile.Groups; digitB++) Accumulate(digitA + digitB, left[digitA], right[j, digitB]);
            }
        }
        else if (_tile.Parts == 1)
        {
            Accumulate(0, left[0], right[j, 0]);
        }
        else
        {
            // The unit truncates as it adds, so its sums stay short: a few products from zero, then an addition in binary32.
            Value few = _main.MultiplyAdd(left[1], right[j, 0], none);
            few = _main.MultiplyAdd(left[0], right[j, 1], few);
            few = _main.MultiplyAdd(left[0], right[j, 0], few);
            _main.Store(sums[0, i, j], _main.Add(_main.Load(sums[0, i, j]), few));
        }

        void Accumulate(int group, Value a, Value b) => _main.Store(sums[group, i, j], _main.MultiplyAdd(a, b, _main.Load(sums[group, i, j])));
    }

    // Each lane takes half a row of a fragment from shared memory.
    private void Finish(Value group, Value lane, Value m, Value n, Value row0, Value column0, Value[,,] sums)
    {
        int stride = ((int)_tile.Unit.N / 4) + 1, lanesPerRow = (int)_tile.Unit.N / ColumnsPerLane;
        Value scratch = _main.Multiply(group, U(_tile.ScratchVectors));
        Value laneRow = _main.Divide(lane, U(lanesPerRow)), laneColumn = _main.Multiply(_main.Remainder(lane, U(lanesPerRow)), U(ColumnsPerLane));
        Value inFours = _main.Equal(_main.And(n, U(3)), U(0));
        int rowsAtOnce = MatrixTile.Lanes / lanesPerRow;
        foreach ((int g, int i, int j) in Fragments(sums))
        {
            _main.StoreMatrix(At(scratch), _main.Load(sums[g, i, j]), CooperativeMatrixLayout.RowMajorKHR, U(stride));
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
                        StoreFour(g, row, _main.Add(column, U(4 * half)), m, n, inFours, _main.Load(At(_main.Add(from, U(half)))), shift);
                });
            }
            _main.SubgroupBarrier();
        }
    }

    private static IEnumerable<(int Group, int I, int J)> Fragments(Value[,,] sums) =>
        from g in Enumerable.Range(0, sums.GetLength(0))
        from i in Enumerable.Range(0, sums.GetLength(1))
        from j in Enumerable.Range(0, sums.GetLength(2))
        select (g, i, j);

    private void StoreFour(int group, Value row, Value column, Value m, Value n, Value inFours, Value bits, Value shift)
    {
        Value plane = group == 0 ? row : _main.Add(row, _main.Multiply(m, U(group))); // each group has a C of its own, one after the other
        Value at = _main.Add(_main.Multiply(plane, n), column);
        Value Element(int i) => IsScaled
            ? BinaryScale.Emit(_main, _module, _main.Extract(bits, (uint)i), _main.Add(shift, _main.Load(_main.Member(_shiftB, 0, _main.Add(column, U(i))))))
            : _main.Extract(bits, (uint)i);
        _main.If(
            inFours,
            () => _main.If(_main.LessThan(column, n), () =>
            {
                Value four = IsScaled ? _main.Construct(_vector, Element(0), Element(1), Element(2), Element(3)) : bits;
                _main.Store(_main.Member(_c4, 0, _main.Divide(at, U(4))), four);
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

    /// <summary>What an invocation copies of a tile: vectors of 16 bytes.</summary>
    private sealed class Copies
    {
        private readonly MatrixModule _of;
        private readonly List<(Value Buffer, Value Base, Value Step, Value Target)> _copies = [];

        public Copies(MatrixModule of, Value id, Value row0, Value column0)
        {
            _of = of;
            MatrixTile tile = of._tile;
            FunctionBuilder main = of._main;
            Value strideA = of.Constant(3), strideB = of.Constant(4), planeA = of.Constant(5), planeB = of.Constant(6);
            int alongA = tile.Depth / tile.Vector, alongB = (tile.IsTransposedB ? tile.Depth : tile.Columns) / tile.Vector;
            Add(of._a, tile.Rows, alongA, tile.StrideA, tile.PlaneA, 0, row0, of.U(0), strideA, planeA, of.U(alongA));
            Value stepB = tile.IsTransposedB ? of.U(alongB) : main.Multiply(of.U(tile.Depth), strideB);
            Value firstRowB = tile.IsTransposedB ? column0 : of.U(0), firstVectorB = tile.IsTransposedB ? of.U(0) : main.Divide(column0, of.U(tile.Vector));
            Add(of._b, tile.RowsB, alongB, tile.StrideB, tile.PlaneB, tile.Parts * tile.PlaneA, firstRowB, firstVectorB, strideB, planeB, stepB);

            void Add(Value buffer, int rows, int along, int sharedStride, int sharedPlane, int sharedOrigin, Value firstRow, Value firstVector, Value stride, Value plane, Value step)
            {
                if (rows * along % tile.Threads != 0) throw new ArgumentException($"{rows} rows of {along} vectors cannot be shared by {tile.Threads} invocations");
                for (int part = 0; part < tile.Parts; part++)
                {
                    for (int first = 0; first < rows * along; first += tile.Threads)
                    {
                        Value vector = main.Add(id, of.U(first)), row = main.Divide(vector, of.U(along)), column = main.Remainder(vector, of.U(along));
                        Value from = main.Add(main.Multiply(main.Add(firstRow, row), stride), main.Add(firstVector, column));
                        if (part > 0) from = main.Add(from, main.Multiply(plane, of.U(part)));
                        Value target = main.Add(main.Add(main.Multiply(row, of.U(sharedStride)), column), of.U(sharedOrigin + (part * sharedPlane)));
                        _copies.Add((buffer, from, step, target));
                    }
                }
            }
        }

        public Value[] Fetch(Value step) =>
            [.. _copies.Select(copy => _of._main.Load(_of._main.Member(copy.Buffer, 0, _of._main.Add(copy.Base, _of._main.Multiply(step, copy.Step)))))];

        public void Store(Value[] vectors, Value stage)
        {
            for (int i = 0; i < vectors.Length; i++) _of._main.Store(_of.At(_of._main.Add(_copies[i].Target, stage)), vectors[i]);
        }
    }
}
