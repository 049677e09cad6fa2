using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class ValidateCommand
{
    public static Command Create()
    {
        Argument<string> source = Shared.File("VALUE", "A handle, a file in JSON, LC-T or LC-B, or - for standard input.");
        Option<bool> json = Shared.Json();
        Command command = new("validate", "Check a contract against its schema and print its name.") { source, json };
        command.SetAction(parsed =>
        {
            string given = parsed.GetValue(source)!;
            using LatentSpace space = Handle.IsHandleText(given) ? Shared.OpenExisting() : LatentSpace.InMemory();
            HlxValue value = Shared.ReadValue(space, given);
            ContractSchema? schema = ContractValidator.Validate(value);
            int id = ContractValidator.IdOf(value)!.Value;
            Shared.Write(
                parsed.GetValue(json),
                schema is null ? $"{id} unknown contract, passed through" : $"{id} {schema.Name} valid",
                () => HlxValue.Object(("contract", id), ("name", schema is null ? HlxValue.Null : schema.Name), ("valid", true)));
        });
        return command;
    }
}
