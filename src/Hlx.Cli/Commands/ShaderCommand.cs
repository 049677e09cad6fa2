using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class ShaderCommand
{
    public static Command Create() => new("shader", "Package, inspect, validate and survey SPIR-V shaders.") { Package(), Inspect(), Validate(), SurveyCommand.Create() };

    private static Command Package()
    {
        Argument<string> file = Shared.File();
        Option<string> entry = new("--entry") { Description = "The entry point.", DefaultValueFactory = _ => "main" };
        Option<bool> json = Shared.Json();
        Command command = new("package", "Wrap a SPIR-V file into a CONTRACT_900, validate and store it, and print its handle.") { file, entry, json };
        command.SetAction(parsed =>
        {
            VulkanShader shader = VulkanShader.Compute(Shared.ReadAll(parsed.GetValue(file)!), parsed.GetValue(entry)!);
            Check(shader.Spirv);
            using LatentSpace space = LatentSpace.Open();
            HlxValue contract = shader.ToValue();
            Handle handle = space.Collapse(contract);
            if (space.Resolve(handle) != contract)
                throw new HlxException(ErrorCode.StoreCorrupt, $"{handle} does not resolve to what was stored", "Check the disk, then run `hlx store verify`");
            Shared.Write(parsed.GetValue(json), handle.Text, () => HlxValue.Object(("handle", handle), ("bytes", shader.Spirv.Length)));
        });
        return command;
    }

    private static Command Inspect()
    {
        Argument<string> source = Source();
        Option<bool> json = Shared.Json();
        Command command = new("inspect", "Show the entry points, bindings, constants and capabilities of a shader.") { source, json };
        command.SetAction(parsed =>
        {
            SpirvModule module = SpirvModule.Parse(Read(parsed.GetValue(source)!));
            Shared.Write(parsed.GetValue(json), ShaderReport.Text(module), () => ShaderReport.Value(module));
        });
        return command;
    }

    private static Command Validate()
    {
        Argument<string> source = Source();
        Option<bool> json = Shared.Json();
        Command command = new("validate", "Check the structure of a shader, and its meaning with spirv-val where that is installed.") { source, json };
        command.SetAction(parsed =>
        {
            ReadOnlyMemory<byte> spirv = Read(parsed.GetValue(source)!);
            _ = SpirvModule.Parse(spirv);
            SpirvValidation validation = Check(spirv);
            Shared.Write(parsed.GetValue(json), "valid", () => HlxValue.Object(("valid", true), ("spirv_val", validation == SpirvValidation.Valid)));
        });
        return command;
    }

    private static Argument<string> Source() => Shared.Source("SHADER", "A SPIR-V file, the handle of a CONTRACT_900, or - for standard input.");

    private static ReadOnlyMemory<byte> Read(string source)
    {
        if (!Handle.IsHandleText(source)) return Shared.ReadAll(source);
        using LatentSpace space = Shared.OpenExisting();
        return VulkanShader.FromValue(space.Resolve(Handle.Parse(source))).Spirv;
    }

    private static SpirvValidation Check(ReadOnlyMemory<byte> spirv)
    {
        Shared.NoteMissingValidator();
        SpirvValidation validation = SpirvValidator.Validate(spirv);
        if (validation == SpirvValidation.TooOld) Console.Error.WriteLine("note: spirv-val is too old for something that the shader uses, only its structure was checked");
        return validation;
    }
}
