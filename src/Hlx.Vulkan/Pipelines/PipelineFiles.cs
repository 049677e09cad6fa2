using System.Globalization;
using System.Text;
using Hlx.Compute;
using Hlx.Values;

namespace Hlx.Vulkan;

/// <summary>
/// What drivers have compiled, on disk: for each class of devices a folder, in it for each pipeline a file that is named by the
/// pipeline's key. Whole files are renamed into place, so processes can share a folder; a damaged file, or one of another device, is
/// passed over and written anew. Safe for many threads.
/// </summary>
/// <remarks>
/// A file is a line <c>hlx-pipeline 1 HANDLE</c> and the driver's data; the handle is the BLAKE3 of device, key and data, each
/// followed by a line feed but the data. The drivers' own identity (pipelineCacheUUID) is not enough: Mesa 22.3.6 has one for all vector widths.
/// </remarks>
internal sealed class PipelineFiles
{
    private const string Magic = "hlx-pipeline 1 ";

    private readonly string _device;

    public PipelineFiles(string folder, DevicePlan plan)
    {
        DeviceSnapshot snapshot = plan.Snapshot;
        _device = Handle.Of(HlxValue.Object(
            ("name", snapshot.Name), ("driver", snapshot.Driver), ("api_version", snapshot.ApiVersion.ToString()), ("subgroup_size", (long)snapshot.SubgroupSize),
            ("features", string.Join(' ', plan.Features)))).Text;
        Folder = Path.Combine(folder, "pipelines", NameOf(_device));
    }

    /// <summary>The folder of this class of devices.</summary>
    public string Folder { get; }

    /// <summary>Reads what was kept for a pipeline.</summary>
    /// <param name="key">The pipeline's key.</param>
    /// <param name="isDamaged">Whether there is a file that is not what it should be.</param>
    /// <returns>The driver's data, or null.</returns>
    public byte[]? Read(string key, out bool isDamaged)
    {
        isDamaged = false;
        byte[] file;
        try
        {
            file = File.ReadAllBytes(PathOf(key));
        }
        catch (Exception missing) when (missing is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        int end = Array.IndexOf(file, (byte)'\n') + 1;
        isDamaged = end == 0 || !file.AsSpan(0, end).SequenceEqual(Header(key, file.AsSpan(end)));
        return isDamaged ? null : file[end..];
    }

    /// <summary>Keeps what the driver has compiled.</summary>
    /// <returns>Whether that was possible.</returns>
    public bool Write(string key, ReadOnlySpan<byte> data)
    {
        string path = PathOf(key), temporary = string.Create(CultureInfo.InvariantCulture, $"{path}.{Environment.ProcessId}.{Environment.CurrentManagedThreadId}.tmp");
        try
        {
            Directory.CreateDirectory(Folder);
            using (FileStream file = File.Create(temporary))
            {
                file.Write(Header(key, data));
                file.Write(data);
            }
            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(string key) => Path.Combine(Folder, NameOf(key));

    private static string NameOf(string handle) => handle[(handle.LastIndexOf('_') + 1)..];

    private byte[] Header(string key, ReadOnlySpan<byte> data)
    {
        byte[] context = Encoding.UTF8.GetBytes($"{_device}\n{key}\n");
        byte[] all = [.. context, .. data];
        return Encoding.UTF8.GetBytes($"{Magic}{Handle.OfBlob(all)}\n");
    }
}
