namespace Hlx.Spirv;

public sealed partial class FunctionBuilder
{
    /// <summary>Reads a cooperative matrix.</summary>
    /// <param name="type">The matrix type.</param>
    /// <param name="pointer">A pointer to its first element, in a buffer or in shared memory.</param>
    /// <param name="layout">Whether rows or columns follow each other in memory.</param>
    /// <param name="stride">The distance of rows (or columns), in elements of what the pointer points to.</param>
    public Value LoadMatrix(SpirvType type, Value pointer, CooperativeMatrixLayout layout, Value stride) =>
        Emit(Op.CooperativeMatrixLoadKHR, type, [pointer.Id, _module.Constant((uint)layout).Id, stride.Id, .. AccessOf(pointer)]);

    /// <summary>Writes a cooperative matrix.</summary>
    /// <param name="pointer">A pointer to its first element, in a buffer or in shared memory.</param>
    /// <param name="matrix">The matrix.</param>
    /// <param name="layout">Whether rows or columns follow each other in memory.</param>
    /// <param name="stride">The distance of rows (or columns), in elements of what the pointer points to.</param>
    public void StoreMatrix(Value pointer, Value matrix, CooperativeMatrixLayout layout, Value stride) =>
        Do(Op.CooperativeMatrixStoreKHR, [pointer.Id, matrix.Id, _module.Constant((uint)layout).Id, stride.Id, .. AccessOf(pointer)]);

    /// <summary>A·B + C.</summary>
    public Value MultiplyAdd(Value a, Value b, Value c)
    {
        CooperativeMatrixOperands operands = CooperativeMatrixOperands.NoneKHR;
        if (a.Type.IsSigned) operands |= CooperativeMatrixOperands.MatrixASignedComponentsKHR;
        if (b.Type.IsSigned) operands |= CooperativeMatrixOperands.MatrixBSignedComponentsKHR;
        if (c.Type.IsSigned) operands |= CooperativeMatrixOperands.MatrixCSignedComponentsKHR | CooperativeMatrixOperands.MatrixResultSignedComponentsKHR;
        return operands == CooperativeMatrixOperands.NoneKHR
            ? Emit(Op.CooperativeMatrixMulAddKHR, c.Type, a.Id, b.Id, c.Id)
            : Emit(Op.CooperativeMatrixMulAddKHR, c.Type, a.Id, b.Id, c.Id, (uint)operands);
    }
}
