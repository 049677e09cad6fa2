using System.Globalization;
using Hlx.Values;
using Microsoft.Data.Sqlite;

namespace Hlx.Store;

/// <summary>
/// What has been computed: execution key → result handle, append-only and put-if-absent. One key with two different results is an
/// incident: both are kept, the key is quarantined and every later use of it is refused. Beside it, facts about handles that are
/// costly to find, such as the exponent range of a tensor. Safe for many threads and processes.
/// </summary>
public sealed class Ledger : IDisposable
{
    private const int SchemaVersion = 1;
    private const int BusyTimeoutSeconds = 30;

    private readonly SqliteConnection _connection;
    private readonly Lock _lock = new();
    private bool _isDisposed;

    private Ledger(string dataSource)
    {
        SqliteConnectionStringBuilder settings = new()
        {
            DataSource = dataSource,
            DefaultTimeout = BusyTimeoutSeconds,
            Pooling = false,
        };
        _connection = new SqliteConnection(settings.ToString());
        try
        {
            Guard(Initialize);
        }
        catch
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Opens or creates a ledger file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.StoreIo"/> if it cannot be opened or is no ledger.</exception>
    public static Ledger Open(string path) => new(path);

    /// <summary>A ledger in memory, for as long as it is not disposed.</summary>
    public static Ledger InMemory() => new(":memory:");

    /// <summary>The result of an execution key.</summary>
    /// <param name="key">The key.</param>
    /// <returns>The handle, or null if the key is new.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.LedgerIncident"/> if the key is quarantined.</exception>
    public Handle? Find(string key) => Guard(() =>
    {
        using SqliteCommand command = Prepare("SELECT result, EXISTS (SELECT 1 FROM incidents WHERE key = $1) FROM executions WHERE key = $1", [key]);
        using SqliteDataReader reader = command.ExecuteReader();
        if (!reader.Read()) return (Handle?)null;
        return reader.GetBoolean(1) ? throw Incident(key) : new Handle(reader.GetString(0));
    });

    /// <summary>What is recorded under a key, quarantined or not; null if the key is new.</summary>
    /// <param name="key">The key.</param>
    public LedgerEntry? FindEntry(string key) => Guard(() => Rows(
        "SELECT key, result, provenance, recorded FROM executions WHERE key = $1", row => new LedgerEntry(row[0], new(row[1]), row[2], row[3]), key) is [LedgerEntry entry] ? entry : null);

    /// <summary>Records a result; recording the same one again changes nothing.</summary>
    /// <param name="key">The execution key.</param>
    /// <param name="result">The handle of what was computed.</param>
    /// <param name="provenance">Where and how it was computed; not part of the key.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.LedgerIncident"/> if the key has another result; both are kept.</exception>
    public void Record(string key, Handle result, HlxValue provenance) => Guard(() =>
    {
        string now = DateTime.UtcNow.ToString("O", CultureInfo.InvariantCulture);
        string source = Json.Encode(provenance);
        RefuseQuarantined(key);
        Execute("INSERT OR IGNORE INTO executions VALUES ($1, $2, $3, $4)", key, result.Text, source, now);
        string kept = (string)Scalar("SELECT result FROM executions WHERE key = $1", key)!;
        if (kept == result.Text) return true;
        Execute("INSERT OR IGNORE INTO incidents VALUES ($1, $2, $3, $4, $5)", key, kept, result.Text, source, now);
        throw Incident(key);
    });

    /// <summary>Everything recorded, in ascending order of keys.</summary>
    public IReadOnlyList<LedgerEntry> List() => Guard(() =>
        Rows("SELECT key, result, provenance, recorded FROM executions ORDER BY key", row => new LedgerEntry(row[0], new(row[1]), row[2], row[3])));

    /// <summary>The executions that gave a result, in ascending order of keys.</summary>
    /// <param name="result">The handle of the result.</param>
    public IReadOnlyList<LedgerEntry> FindByResult(Handle result) => Guard(() => Rows(
        "SELECT key, result, provenance, recorded FROM executions WHERE result = $1 ORDER BY key",
        row => new LedgerEntry(row[0], new(row[1]), row[2], row[3]), result.Text));

    /// <summary>Every incident, in ascending order of keys.</summary>
    public IReadOnlyList<LedgerIncident> Incidents() => Guard(() =>
        Rows("SELECT key, kept, differing, recorded FROM incidents ORDER BY key", row => new LedgerIncident(row[0], new(row[1]), new(row[2]), row[3])));

    /// <summary>A fact about a handle.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="name">The name of the fact.</param>
    /// <returns>Its text, or null if it is not known.</returns>
    public string? FindFact(Handle handle, string name) =>
        Guard(() => Scalar("SELECT value FROM facts WHERE handle = $1 AND name = $2", handle.Text, name) as string);

    /// <summary>Keeps a fact about a handle; facts are functions of the content and never change.</summary>
    /// <param name="handle">The handle.</param>
    /// <param name="name">The name of the fact.</param>
    /// <param name="value">Its text.</param>
    public void RecordFact(Handle handle, string name, string value) =>
        Guard(() => Execute("INSERT OR IGNORE INTO facts VALUES ($1, $2, $3)", handle.Text, name, value));

    /// <summary>Every handle that has a fact of a name.</summary>
    /// <param name="name">The name.</param>
    public IReadOnlyList<Handle> ListFact(string name) =>
        Guard(() => Rows("SELECT handle FROM facts WHERE name = $1", row => new Handle(row[0]), name));

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _connection.Dispose();
        }
    }

    private bool Initialize()
    {
        _connection.Open();
        long version = (long)Scalar("PRAGMA user_version")!;
        if (version > SchemaVersion)
            throw new HlxException(ErrorCode.StoreIo, $"the ledger has format {version}, written by a newer HLX", "Update HLX or use another store");
        Execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;");
        Execute("""
            CREATE TABLE IF NOT EXISTS executions (
                key TEXT NOT NULL PRIMARY KEY, result TEXT NOT NULL, provenance TEXT NOT NULL, recorded TEXT NOT NULL) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS incidents (
                key TEXT NOT NULL, kept TEXT NOT NULL, differing TEXT NOT NULL, provenance TEXT NOT NULL, recorded TEXT NOT NULL,
                PRIMARY KEY (key, differing)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS facts (
                handle TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (handle, name)) WITHOUT ROWID;
            """);
        if (version < SchemaVersion) Execute($"PRAGMA user_version = {SchemaVersion}");
        return true;
    }

    private void RefuseQuarantined(string key)
    {
        if (Scalar("SELECT 1 FROM incidents WHERE key = $1", key) is not null) throw Incident(key);
    }

    private static HlxException Incident(string key) => new(
        ErrorCode.LedgerIncident, $"the execution key {key} has produced two different results",
        "Run `hlx store verify`, look at both results in the ledger, and treat the device that made the differing one as suspect");

    private T Guard<T>(Func<T> action)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            try
            {
                return action();
            }
            catch (SqliteException failure)
            {
                throw new HlxException(
                    ErrorCode.StoreIo, $"the ledger {_connection.DataSource} cannot be used ({failure.SqliteErrorCode}: {failure.Message.TrimEnd('.')})",
                    "Check the file and its folder, or set HLX_STORE to another folder", inner: failure);
            }
        }
    }

    private int Execute(string sql, params ReadOnlySpan<string> arguments)
    {
        using SqliteCommand command = Prepare(sql, arguments);
        return command.ExecuteNonQuery();
    }

    private object? Scalar(string sql, params ReadOnlySpan<string> arguments)
    {
        using SqliteCommand command = Prepare(sql, arguments);
        return command.ExecuteScalar();
    }

    private List<T> Rows<T>(string sql, Func<string[], T> read, params ReadOnlySpan<string> arguments)
    {
        using SqliteCommand command = Prepare(sql, arguments);
        using SqliteDataReader reader = command.ExecuteReader();
        List<T> rows = [];
        while (reader.Read()) rows.Add(read([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]));
        return rows;
    }

    private SqliteCommand Prepare(string sql, ReadOnlySpan<string> arguments)
    {
        SqliteCommand command = _connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this file; values travel as parameters.
        command.CommandText = sql;
#pragma warning restore CA2100
        for (int i = 0; i < arguments.Length; i++) command.Parameters.AddWithValue($"${i + 1}", arguments[i]);
        return command;
    }
}
