using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Silk.NET.Core;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>Collects what the validation layer says: warnings and errors.</summary>
internal sealed unsafe class ValidationLog : IDisposable
{
    private readonly ConcurrentQueue<string> _messages = new();
    private GCHandle _self;

    public ValidationLog() => _self = GCHandle.Alloc(this);

    /// <summary>What was said so far.</summary>
    public IReadOnlyList<string> Messages => [.. _messages];

    /// <summary>How a messenger is created that reports here.</summary>
    public DebugUtilsMessengerCreateInfoEXT CreateInfo() => new()
    {
        SType = StructureType.DebugUtilsMessengerCreateInfoExt,
        MessageSeverity = DebugUtilsMessageSeverityFlagsEXT.ErrorBitExt | DebugUtilsMessageSeverityFlagsEXT.WarningBitExt,
        MessageType = DebugUtilsMessageTypeFlagsEXT.ValidationBitExt | DebugUtilsMessageTypeFlagsEXT.PerformanceBitExt,
        PfnUserCallback = new PfnDebugUtilsMessengerCallbackEXT(&Receive),
        PUserData = (void*)GCHandle.ToIntPtr(_self),
    };

    public void Dispose() => _self.Free();

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static Bool32 Receive(
        DebugUtilsMessageSeverityFlagsEXT severity, DebugUtilsMessageTypeFlagsEXT type, DebugUtilsMessengerCallbackDataEXT* data, void* user)
    {
        ValidationLog log = (ValidationLog)GCHandle.FromIntPtr((nint)user).Target!;
        log._messages.Enqueue(Marshal.PtrToStringUTF8((nint)data->PMessage) ?? "");
        return false;
    }
}
