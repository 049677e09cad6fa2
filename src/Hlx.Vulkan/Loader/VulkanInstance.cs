using System.Runtime.InteropServices;
using System.Text;
using Hlx.Compute;
using Hlx.Values;
using Silk.NET.Vulkan;

namespace Hlx.Vulkan;

/// <summary>A Vulkan instance and the devices its drivers offer.</summary>
public sealed unsafe class VulkanInstance : IDisposable
{
    private const string ValidationLayer = "VK_LAYER_KHRONOS_validation";
    private const string DebugUtils = "VK_EXT_debug_utils";

    private readonly ValidationLog? _log;
    private DebugUtilsMessengerEXT _messenger;
    private PhysicalDevice[] _physicalDevices = [];
    private bool _disposed;

    /// <summary>Creates an instance.</summary>
    /// <param name="validation">Whether the validation layer checks every call.</param>
    /// <exception cref="HlxException"><see cref="ErrorCode.VulkanLoaderMissing"/>, <see cref="ErrorCode.DriverFailure"/>.</exception>
    public VulkanInstance(bool validation = false)
    {
        Api = VulkanLoader.Load();
        if (validation) RequireLayer();
        _log = validation ? new ValidationLog() : null;
        try
        {
            Handle = Create();
            Api.CurrentInstance = Handle;
            if (_log is not null) CreateMessenger(_log);
            _physicalDevices = Enumerate();
            DriverLibraries.Keep();
            Devices = [.. _physicalDevices.Select((device, index) => SnapshotReader.Read(Api, Handle, device, index))];
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Checks that the Vulkan loader is there, without asking any driver.</summary>
    /// <exception cref="HlxException"><see cref="ErrorCode.VulkanLoaderMissing"/>.</exception>
    public static void RequireLoader() => VulkanLoader.Load().Dispose();

    /// <summary>What each device reports.</summary>
    public IReadOnlyList<DeviceSnapshot> Devices { get; } = [];

    /// <summary>What the validation layer has said; empty without it.</summary>
    public IReadOnlyList<string> ValidationMessages => _log?.Messages ?? [];

    internal Vk Api { get; }

    internal Instance Handle { get; private set; }

    internal PhysicalDevice Physical(DeviceSnapshot device) => _physicalDevices[device.Index];

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        if (_messenger.Handle != 0)
        {
            ((delegate* unmanaged<Instance, DebugUtilsMessengerEXT, void*, void>)Function("vkDestroyDebugUtilsMessengerEXT"))(Handle, _messenger, null);
        }
        if (Handle.Handle != 0) Api.DestroyInstance(Handle, null);
        _log?.Dispose();
        Api.Dispose();
    }

    private Instance Create()
    {
        ApplicationInfo application = new() { SType = StructureType.ApplicationInfo, ApiVersion = Vk.Version13 };
        InstanceCreateInfo create = new() { SType = StructureType.InstanceCreateInfo, PApplicationInfo = &application };
        Instance instance;
        if (_log is null)
        {
            Api.CreateInstance(&create, null, &instance).OrThrow("creating a Vulkan instance");
            return instance;
        }
        ValidationFeatureEnableEXT synchronization = ValidationFeatureEnableEXT.SynchronizationValidationExt;
        ValidationFeaturesEXT features = new()
        {
            SType = StructureType.ValidationFeaturesExt,
            EnabledValidationFeatureCount = 1,
            PEnabledValidationFeatures = &synchronization,
        };
        DebugUtilsMessengerCreateInfoEXT messenger = _log.CreateInfo(); // for what happens before and after the messenger lives
        messenger.PNext = &features;
        fixed (byte* layer = Encoding.UTF8.GetBytes(ValidationLayer + '\0'), extension = Encoding.UTF8.GetBytes(DebugUtils + '\0'))
        {
            create.PNext = &messenger;
            create.EnabledLayerCount = 1;
            create.PpEnabledLayerNames = &layer;
            create.EnabledExtensionCount = 1;
            create.PpEnabledExtensionNames = &extension;
            Api.CreateInstance(&create, null, &instance).OrThrow("creating a Vulkan instance with the validation layer");
        }
        return instance;
    }

    private void CreateMessenger(ValidationLog log)
    {
        DebugUtilsMessengerCreateInfoEXT create = log.CreateInfo();
        DebugUtilsMessengerEXT messenger;
        ((delegate* unmanaged<Instance, DebugUtilsMessengerCreateInfoEXT*, void*, DebugUtilsMessengerEXT*, Result>)Function("vkCreateDebugUtilsMessengerEXT"))(
            Handle, &create, null, &messenger).OrThrow("creating the validation messenger");
        _messenger = messenger;
    }

    private PhysicalDevice[] Enumerate()
    {
        uint count = 0;
        Result result = Api.EnumeratePhysicalDevices(Handle, &count, null);
        if (result == Result.ErrorInitializationFailed && count == 0) return []; // what the loader says where drivers are, and no device of theirs
        result.OrThrow("listing the Vulkan devices");
        PhysicalDevice[] devices = new PhysicalDevice[count];
        fixed (PhysicalDevice* first = devices) Api.EnumeratePhysicalDevices(Handle, &count, first).OrThrow("listing the Vulkan devices");
        return devices;
    }

    private void RequireLayer()
    {
        uint count = 0;
        Api.EnumerateInstanceLayerProperties(&count, null).OrThrow("listing the Vulkan layers");
        LayerProperties[] layers = new LayerProperties[count];
        fixed (LayerProperties* first = layers) Api.EnumerateInstanceLayerProperties(&count, first).OrThrow("listing the Vulkan layers");
        foreach (LayerProperties layer in layers)
        {
            if (Marshal.PtrToStringUTF8((nint)layer.LayerName) == ValidationLayer) return;
        }
        throw new HlxException(
            ErrorCode.DriverFailure, "the Vulkan validation layer is not installed", "Install it (Debian, Ubuntu: apt-get install vulkan-validationlayers)");
    }

    private nint Function(string name) => Api.GetInstanceProcAddr(Handle, name);
}
