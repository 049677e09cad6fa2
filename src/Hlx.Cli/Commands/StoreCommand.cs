using Hlx.Store;

namespace Hlx.Cli.Commands;

internal static class StoreCommand
{
    public static Command Create() => new("store", "Look into the store.") { List(), Stat(), Verify() };

    private static Command List()
    {
        Option<bool> json = Shared.Json();
        Command command = new("ls", "List every object: its size in bytes and its handle.") { json };
        command.SetAction(parsed =>
        {
            using LatentSpace space = Shared.OpenExisting();
            foreach (ObjectInfo item in space.Store.List())
                Shared.Write(parsed.GetValue(json), $"{item.Bytes,12} {item.Handle}", () => HlxValue.Object(("handle", item.Handle), ("bytes", item.Bytes)));
        });
        return command;
    }

    private static Command Stat()
    {
        Option<bool> json = Shared.Json();
        Command command = new("stat", "Count objects, bytes, recorded executions and incidents.") { json };
        command.SetAction(parsed =>
        {
            using LatentSpace space = Shared.OpenExisting();
            List<ObjectInfo> objects = [.. space.Store.List()];
            long bytes = objects.Sum(item => item.Bytes);
            int executions = space.Ledger.List().Count, incidents = space.Ledger.Incidents().Count;
            Shared.Write(
                parsed.GetValue(json),
                $"{LatentSpace.DefaultFolder}\n{objects.Count} objects, {bytes} bytes, {executions} executions, {incidents} incidents",
                () => HlxValue.Object(
                    ("folder", LatentSpace.DefaultFolder), ("objects", objects.Count), ("bytes", bytes), ("executions", executions), ("incidents", incidents)));
        });
        return command;
    }

    private static Command Verify()
    {
        Option<bool> json = Shared.Json();
        Command command = new("verify", "Check every object against its handle; set corrupt ones aside. Exits 1 if there are any, or incidents.") { json };
        command.SetAction(parsed =>
        {
            using LatentSpace space = Shared.OpenExisting();
            VerifyReport report = space.Store.Verify();
            IReadOnlyList<LedgerIncident> incidents = space.Ledger.Incidents();
            Shared.Write(
                parsed.GetValue(json),
                $"{report.Sound} sound, {report.Corrupt.Count} corrupt, {incidents.Count} incidents",
                () => HlxValue.Object(
                    ("sound", report.Sound),
                    ("corrupt", HlxValue.Array([.. report.Corrupt.Select(HlxValue.From)])),
                    ("incidents", HlxValue.Array([.. incidents.Select(incident => HlxValue.Object(
                        ("key", incident.Key), ("kept", incident.Kept), ("differing", incident.Differing), ("recorded", incident.Recorded)))]))));
            foreach (Handle handle in report.Corrupt) Console.Error.WriteLine($"corrupt, moved to quarantine: {handle}");
            foreach (LedgerIncident incident in incidents) Console.Error.WriteLine($"incident: {incident.Key} gave {incident.Kept} and {incident.Differing}");
            return report.Corrupt.Count + incidents.Count == 0 ? 0 : 1;
        });
        return command;
    }
}
