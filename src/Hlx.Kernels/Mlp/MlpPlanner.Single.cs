using System.Runtime.InteropServices;
using Hlx.Compute;

namespace Hlx.Kernels;

public static partial class MlpPlanner
{
    private const int LongestChain = 512; // both of 8 columns, and rows beside them, fit the shared memory of most devices

    private const int ChainGranularity = 64; // of a chain with its padding: the least chunk

    private const int TableWords = 9; // of a layer

    private const int MostSpins = 1 << 20; // some 0.7 s on an H100

    private static readonly MlpTile[] Fused = [new(1, 512, 1, 128), new(2, 512, 1, 128), new(4, 256, 1, 128), new(8, 128, 1, 256), new(16, 64, 2, 256)];

    /// <summary>The tiles that may be chosen for one dispatch of all layers.</summary>
    public static IReadOnlyList<MlpTile> AllFusedTiles => Fused;

    /// <summary>Plans one dispatch for all layers.</summary>
    /// <param name="model">The model.</param>
    /// <param name="batch">How many rows.</param>
    /// <param name="capabilities">The device.</param>
    /// <param name="behaviour">What its arithmetic does.</param>
    /// <param name="tile">The tile; chosen if null.</param>
    /// <param name="spins">How often a workgroup looks whether the others have arrived.</param>
    /// <returns>The plan; null if the device does not fuse, or has not enough multiprocessors or shared memory for these rows and layers.</returns>
    public static MlpPlan? Single(MlpModel model, int batch, DeviceCapabilities capabilities, DeviceBehaviour behaviour, MlpTile? tile = null, int spins = MostSpins)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(capabilities);
        ArgumentNullException.ThrowIfNull(behaviour);
        tile ??= Fused.FirstOrDefault(known => known.Rows >= batch);
        int groups = (int)KernelShaders.Parts(model.Layers.Max(layer => layer.Outputs), MlpPacking.Columns);
        if (!behaviour.FusedFma || batch == 0 || tile is null || groups > Math.Max(1, capabilities.Multiprocessors)) return null;
        if (groups > 1 && (long)spins * model.Layers.Count > capabilities.LoopTurns / 2) return null; // they wait in loops, which the device would end
        if ((behaviour.KeepsDenormals ? new uint[model.Layers.Count] : model.Least) is not uint[] least) return null;
        int[] chains = [.. model.Layers.Select(layer => KernelShaders.Whole(NumericsProfile.Fp32IeeeFirstChain(layer.Inputs), ChainGranularity))];
        int longest = chains.Max();
        MlpPacking packed = model.Packed;
        if (longest > LongestChain || Whole(model, capabilities) is not KernelBuffer weights) return null;
        int chunk = tile.Chunk;
        while (chains.Any(chain => chain % chunk != 0)) chunk /= 2;
        int shared = (16 * ((2 * tile.Rows * ((chunk / 4) + 1)) + (MlpPacking.Columns * ((2 * longest / 4) + 1)))) + (4 * tile.Rows * MlpPacking.Columns) + 16;
        if (shared > capabilities.Limits.MaxSharedMemoryBytes || 2 * tile.Threads > Math.Min(capabilities.Limits.MaxWorkgroupInvocations, capabilities.Limits.MaxWorkgroupSize.X)) return null;
        int inputDistance = KernelShaders.Whole(model.Inputs, 4), outputDistance = KernelShaders.Whole(model.Outputs, 4), distance = model.Layers.Max(layer => KernelShaders.Whole(layer.Outputs, 4));
        uint[] table = new uint[model.Layers.Count * TableWords];
        for (int i = 0; i < model.Layers.Count; i++)
        {
            MlpLayer layer = model.Layers[i];
            uint[] words =
            [
                (uint)layer.Inputs, (uint)NumericsProfile.Fp32IeeeFirstChain(layer.Inputs), (uint)KernelShaders.Whole(layer.Outputs, 4), (uint)chains[i],
                (uint)packed.Layers[i].Weights, (uint)packed.Layers[i].Bias, (uint)layer.Activation, i + 1 < least.Length ? least[i + 1] : 0, (uint)layer.Outputs,
            ];
            words.CopyTo(table, i * TableWords);
        }
        KernelLaunch launch = new(
            KernelShaders.Get($"mlp_{tile.ThreadRows}"), "main",
            [
                Rows(0, 4L * batch * inputDistance),
                weights,
                Biases(model, 2),
                KernelBuffer.Overwritten(0, 3, 8L * batch * distance),
                KernelBuffer.Overwritten(0, 4, 4L * batch * outputDistance) with { Access = Access(4L * batch * outputDistance, BufferAccess.Shared) },
                KernelBuffer.Overwritten(0, 5, 4) with { Access = BufferAccess.Shared },
                KernelBuffer.Overwritten(0, 6, 8) with { Access = BufferAccess.Window },
                KernelBuffer.Input(0, 7, MemoryMarshal.AsBytes(table.AsSpan()).ToArray()) with { ResidentAs = $"{model.Name.Text} table {behaviour.KeepsDenormals}" },
            ],
            new Extent3((uint)groups, 1, 1))
        {
            PushConstants = KernelShaders.Words((uint)batch, (uint)model.Layers.Count, (uint)distance, (uint)inputDistance, (uint)outputDistance, least[0], (uint)spins),
            Specialization = [new(0, (uint)(2 * tile.Threads)), new(1, (uint)tile.Rows), new(2, (uint)chunk), new(3, (uint)(longest / chunk)), new(4, (uint)tile.Threads)],
            BoundsChecked = false,
        };
        return new(new KernelSequence([launch], [new(0, 1)]), new(0, 0), inputDistance, outputDistance, new(0, 5)) { Counters = new(0, 6) };
    }
}
