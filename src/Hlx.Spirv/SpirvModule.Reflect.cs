using System.Runtime.InteropServices;

namespace Hlx.Spirv;

public sealed partial class SpirvModule
{
    private const uint LocalSize = 17;
    private const uint LocalSizeId = 38;

    private void Visit(Declarations known, Op op, ReadOnlySpan<uint> operands, long offset)
    {
        switch (op)
        {
            case Op.Capability when operands.Length >= 1:
                _capabilities.Add(operands[0]);
                break;
            case Op.Extension:
                _extensions.Add(ReadString(operands, offset));
                break;
            case Op.EntryPoint when operands.Length >= 3:
                _entryPoints.Add(new((ExecutionModel)operands[0], ReadString(operands[2..], offset), operands[1]));
                break;
            case Op.ExecutionMode when operands.Length >= 5 && operands[1] == LocalSize:
                known.LocalSizes[operands[0]] = operands.Slice(2, 3).ToArray();
                break;
            case Op.ExecutionModeId when operands.Length >= 5 && operands[1] == LocalSizeId:
                known.LocalSizeIds[operands[0]] = operands.Slice(2, 3).ToArray();
                break;
            case Op.MemberName when operands.Length >= 3:
                known.MemberNames[(operands[0], operands[1])] = ReadString(operands[2..], offset);
                break;
            case Op.Name when operands.Length >= 2:
                known.Names[operands[0]] = ReadString(operands[1..], offset);
                break;
            case Op.Decorate when operands.Length >= 2:
                known.Decorations[(operands[0], (Decoration)operands[1])] = operands.Length > 2 ? operands[2] : 0;
                break;
            case Op.MemberDecorate when operands.Length >= 3:
                known.MemberDecorations[(operands[0], operands[1], (Decoration)operands[2])] = operands.Length > 3 ? operands[3] : 0;
                break;
            case Op.TypeInt or Op.TypeFloat or Op.TypeVector or Op.TypeArray or Op.TypeRuntimeArray or Op.TypeStruct or Op.TypePointer when operands.Length >= 1:
                known.Types[known.Check(operands[0], offset)] = (op, operands[1..].ToArray());
                break;
            case Op.Constant or Op.SpecConstant when operands.Length >= 3:
                known.Constants[known.Check(operands[1], offset)] = (operands[0], operands[2]);
                break;
            case Op.SpecConstantTrue or Op.SpecConstantFalse when operands.Length >= 2:
                known.Constants[known.Check(operands[1], offset)] = (operands[0], op == Op.SpecConstantTrue ? 1u : 0u);
                known.Bools.Add(operands[1]);
                break;
            case Op.ConstantComposite or Op.SpecConstantComposite when operands.Length >= 2:
                known.Composites[known.Check(operands[1], offset)] = operands[2..].ToArray();
                break;
            case Op.Variable when operands.Length >= 3:
                known.Variables.Add((known.Check(operands[1], offset), operands[0], (StorageClass)operands[2]));
                break;
            case Op.Capability or Op.EntryPoint or Op.MemberName or Op.Name or Op.Decorate or Op.MemberDecorate or Op.TypeInt or Op.TypeFloat
                or Op.TypeVector or Op.TypeArray or Op.TypeRuntimeArray or Op.TypeStruct or Op.TypePointer or Op.Constant or Op.SpecConstant or Op.ConstantComposite or Op.SpecConstantComposite
                or Op.SpecConstantTrue or Op.SpecConstantFalse or Op.Variable:
                throw Refuse(offset, $"an instruction {op} lacks operands");
            default:
                break;
        }
    }

    private void Reflect(Declarations known)
    {
        foreach (ref EntryPoint entry in CollectionsMarshal.AsSpan(_entryPoints))
        {
            if (known.LocalSizes.TryGetValue(entry.Function, out uint[]? literal))
            {
                entry = entry with { LocalSize = [.. literal.Select(size => new LocalExtent(size, null))] };
            }
            else if (known.LocalSizeIds.TryGetValue(entry.Function, out uint[]? ids))
            {
                entry = entry with { LocalSize = [.. ids.Select(known.Extent)] };
            }
            if (known.BuiltInWorkgroupSize is { } builtIn) entry = entry with { LocalSize = builtIn };
        }
        Bindings =
        [
            .. known.Variables
                .Where(variable => known.Decorations.ContainsKey((variable.Id, Decoration.Binding)))
                .Select(known.Binding)
                .OrderBy(binding => binding.Set).ThenBy(binding => binding.Binding),
        ];
        PushConstants = [.. known.Variables.Where(variable => variable.Class == StorageClass.PushConstant).SelectMany(known.Members).OrderBy(member => member.Offset)];
        SpecializationConstants =
        [
            .. known.Decorations.Keys
                .Where(key => key.Decoration == Decoration.SpecId && known.Constants.ContainsKey(key.Id))
                .Select(key => known.Specialization(key.Id))
                .OrderBy(constant => constant.Id),
        ];
    }
}
