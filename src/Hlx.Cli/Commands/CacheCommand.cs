using Hlx.Compute;
using Hlx.Kernels;
using Hlx.Vulkan;

namespace Hlx.Cli.Commands;

internal static class CacheCommand
{
    public static Command Create() => new("cache", "What drivers have compiled, kept for later processes.") { Warm(), Stat(), Clear() };

    private static Command Warm()
    {
        Option<bool> dryRun = new("--dry-run") { Description = "Say what is missing, and compile nothing." }, json = Shared.Json();
        Option<string?> device = Shared.Device();
        Command command = new("warm", "Compile every kernel that products may need on a Vulkan device.") { dryRun, device, json };
        command.SetAction(parsed =>
        {
            string? address = parsed.GetValue(device) ?? Environment.GetEnvironmentVariable(DeviceSelector.Variable);
            using VulkanContext context = VulkanContext.Open(address, new VulkanOptions { PipelineFolder = HlxOptions.CacheFolder });
            Console.Error.WriteLine($"{(parsed.GetValue(dryRun) ? "looking for" : "compiling")} the kernels of {context.Name} ...");
            IReadOnlyList<PipelineInfo> found = context.Warm(KernelCatalog.Sequences(context.Capabilities, context.Behaviour).Select(entry => entry.Sequence), parsed.GetValue(dryRun));
            if (context.Pipelines.NotKept > 0 && context.Pipelines.NotKept == context.Pipelines.Compiled)
                Console.Error.WriteLine($"note: nothing was kept: {HlxOptions.CacheFolder} cannot be written, or the driver gives nothing to keep, as drivers for CPUs do (Mesa's and SwiftShader's); every process compiles anew then");
            int missing = found.Count(info => info.Place == PipelinePlace.Missing);
            Shared.Write(
                parsed.GetValue(json),
                parsed.GetValue(dryRun) ? $"{found.Count} pipelines, {missing} to compile" : $"{found.Count} pipelines, {missing} compiled, {context.Pipelines.NotKept} not kept",
                () => HlxValue.Object(
                    ("device", context.Address), ("folder", HlxOptions.CacheFolder), ("pipelines", found.Count), ("missing", missing), ("dry_run", parsed.GetValue(dryRun)),
                    ("not_kept", context.Pipelines.NotKept)));
        });
        return command;
    }

    private static Command Stat()
    {
        Option<bool> json = Shared.Json();
        Command command = new("stat", "Count files and bytes.") { json };
        command.SetAction(parsed =>
        {
            FileInfo[] files = Files();
            long bytes = files.Sum(file => file.Length);
            Shared.Write(
                parsed.GetValue(json), $"{HlxOptions.CacheFolder}\n{files.Length} pipelines, {bytes} bytes",
                () => HlxValue.Object(("folder", HlxOptions.CacheFolder), ("pipelines", files.Length), ("bytes", bytes)));
        });
        return command;
    }

    private static Command Clear()
    {
        Command command = new("clear", "Delete all of it; it is made again when it is needed.");
        command.SetAction(_ =>
        {
            FileInfo[] files = Files();
            try
            {
                foreach (FileInfo file in files) file.Delete();
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new HlxException(ErrorCode.FileIo, $"{HlxOptions.CacheFolder} cannot be cleared ({refused.Message.TrimEnd('.')})", "Check the folder's permissions, or set HLX_CACHE", inner: refused);
            }
            Console.Error.WriteLine($"deleted {files.Length} pipelines");
        });
        return command;
    }

    private static FileInfo[] Files()
    {
        DirectoryInfo folder = new(Path.Combine(HlxOptions.CacheFolder, "pipelines"));
        return folder.Exists ? folder.GetFiles("*", SearchOption.AllDirectories) : [];
    }
}
