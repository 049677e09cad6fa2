using Hlx.Testing;

namespace Hlx.Store.Tests;

public sealed class LedgerTests : IDisposable
{
    private static readonly Handle One = Handle.Of(1), Two = Handle.Of(2);
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_recorded_key_is_found_also_after_reopening()
    {
        using (Ledger ledger = Ledger.Open(_folder["ledger.sqlite"]))
        {
            Assert.Null(ledger.Find("k"));
            ledger.Record("k", One, HlxValue.Object(("device", "cpu")));
            ledger.Record("k", One, HlxValue.Null);
            Assert.Equal(One, ledger.Find("k"));
        }
        using Ledger again = Ledger.Open(_folder["ledger.sqlite"]);
        Assert.Equal(One, again.Find("k"));
        LedgerEntry entry = Assert.Single(again.List());
        Assert.Equal(("k", One, "{\"device\":\"cpu\"}"), (entry.Key, entry.Result, entry.Provenance));
    }

    [Fact]
    public void A_second_result_is_an_incident_that_quarantines_the_key()
    {
        using Ledger ledger = Ledger.InMemory();
        ledger.Record("k", One, HlxValue.Null);
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => ledger.Record("k", Two, HlxValue.Null));
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => ledger.Find("k"));
        HlxAssert.Refuses(ErrorCode.LedgerIncident, () => ledger.Record("k", One, HlxValue.Null));
        LedgerIncident incident = Assert.Single(ledger.Incidents());
        Assert.Equal(("k", One, Two), (incident.Key, incident.Kept, incident.Differing));
        Assert.Equal(One, Assert.Single(ledger.List()).Result);
        Assert.Null(ledger.Find("another"));
    }

    [Fact]
    public void Facts_are_kept_beside_handles()
    {
        using Ledger ledger = Ledger.InMemory();
        Assert.Null(ledger.FindFact(One, "range"));
        ledger.RecordFact(One, "range", "-3,5");
        ledger.RecordFact(One, "range", "ignored");
        Assert.Equal("-3,5", ledger.FindFact(One, "range"));
        Assert.Equal([One], ledger.ListFact("range"));
        Assert.Empty(ledger.ListFact("other"));
    }

    [Fact]
    public void Two_ledgers_on_one_file_agree_under_concurrent_writes()
    {
        using Ledger left = Ledger.Open(_folder["l"]), right = Ledger.Open(_folder["l"]);
        Parallel.For(0, 200, i => (i % 2 == 0 ? left : right).Record($"key{i / 4}", One, HlxValue.Null));
        Assert.Equal(50, left.List().Count);
        Assert.Equal(50, right.List().Count);
        Assert.Empty(left.Incidents());
    }

    [Fact]
    public void A_file_that_is_no_ledger_is_refused_and_left_alone()
    {
        File.WriteAllText(_folder["l"], new string('x', 5000));
        HlxAssert.Refuses(ErrorCode.StoreIo, () => Ledger.Open(_folder["l"]));
        Assert.Equal(5000, new FileInfo(_folder["l"]).Length);
    }

    [Fact]
    public void A_ledger_of_a_newer_format_is_refused()
    {
        Ledger.Open(_folder["l"]).Dispose();
        using (Microsoft.Data.Sqlite.SqliteConnection connection = new($"Data Source={_folder["l"]};Pooling=False"))
        {
            connection.Open();
            using Microsoft.Data.Sqlite.SqliteCommand command = connection.CreateCommand();
            command.CommandText = "PRAGMA user_version = 99";
            command.ExecuteNonQuery();
        }
        HlxAssert.Refuses(ErrorCode.StoreIo, () => Ledger.Open(_folder["l"]));
    }
}
