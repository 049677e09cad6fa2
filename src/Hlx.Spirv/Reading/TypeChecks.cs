namespace Hlx.Spirv;

/// <summary>What types are made of and what values are used as; cycles cannot arise, since a type is declared before its use.</summary>
internal static class TypeChecks
{
    public static void Visit(Instruction instruction, IdTable ids)
    {
        switch (instruction.Op)
        {
            case Op.TypeInt:
                Require(instruction[0] is 8 or 16 or 32 or 64 && instruction[1] <= 1, $"an integer of {instruction[0]} bits");
                break;
            case Op.TypeFloat:
                Require(instruction[0] is 8 or 16 or 32 or 64, $"a float of {instruction[0]} bits");
                break;
            case Op.TypeVector:
                Require(ids.DefinedBy(instruction[0]) is Op.TypeBool or Op.TypeInt or Op.TypeFloat && instruction[1] >= 2, "a vector of what is no scalar");
                break;
            case Op.TypeMatrix:
                Require(ids.DefinedBy(instruction[0]) == Op.TypeVector && instruction[1] >= 2, "a matrix of what is no vector");
                break;
            case Op.TypeArray:
                RequireElement(instruction[0]);
                Require(ids.DefinedBy(instruction[1]) is Op length && Sections.IsConstant(length), "an array whose length is no constant");
                break;
            case Op.TypeRuntimeArray:
                RequireElement(instruction[0]);
                break;
            case Op.TypeStruct or Op.TypeFunction:
                foreach (uint member in instruction.Operands.Span) RequireElement(member);
                break;
            case Op.TypePointer:
                RequireElement(instruction[1]);
                break;
            case Op.Constant or Op.SpecConstant:
                Require(ids.DefinedBy(instruction.ResultType) is Op.TypeInt or Op.TypeFloat, "a number of a type that is none");
                break;
            case Op.ConstantTrue or Op.ConstantFalse or Op.SpecConstantTrue or Op.SpecConstantFalse:
                Require(ids.DefinedBy(instruction.ResultType) == Op.TypeBool, "a truth value of another type");
                break;
            case Op.Variable:
                Require(
                    ids.Definition(instruction.ResultType) is { Op: Op.TypePointer } pointer && pointer[0] == instruction[0],
                    "a variable whose type is no pointer of its storage class");
                break;
            case Op.ExtInst or Op.ExtInstWithForwardRefsKHR:
                Require(ids.DefinedBy(instruction[0]) == Op.ExtInstImport, "an extended instruction of no imported set");
                break;
            case Op.Load:
                RequireValue(instruction[0]);
                break;
            case Op.Store:
                RequireValue(instruction[0]);
                RequireValue(instruction[1]);
                break;
            case >= Op.ConvertFToU and <= Op.FwidthCoarse when instruction.ResultType != 0:
                foreach (uint operand in instruction.Operands.Span[..Math.Min(2, instruction.Count)])
                {
                    if (Grammar.TryGetOperands(instruction.Op, out ReadOnlySpan<ushort> operands) && Grammar.KindOf(operands[2]) == OperandKind.IdRef) RequireValue(operand);
                }
                break;
            default:
                break;
        }

        void RequireType(uint id) => ids.RequireType(id, instruction.Offset);

        void RequireElement(uint id)
        {
            if (!ids.IsForwardPointer(id)) RequireType(id);
        }

        void RequireValue(uint id) => Require(ids.Definition(id) is { ResultType: not 0 }, $"an operand {id} that is no value");

        void Require(bool condition, string what)
        {
            if (!condition) throw SpirvModule.Refuse(instruction.Offset, $"Op{instruction.Op} makes {what}");
        }
    }
}
