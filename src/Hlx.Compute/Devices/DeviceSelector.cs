using System.Globalization;
using Hlx.Values;

namespace Hlx.Compute;

/// <summary>Which device a request runs on, as pure policy.</summary>
public static class DeviceSelector
{
    /// <summary>How Vulkan devices are addressed.</summary>
    public const string VulkanScheme = "vulkan://";

    /// <summary>The variable that names a device where a caller does not.</summary>
    public const string Variable = "HLX_DEVICE";

    /// <summary>Chooses a device for operators, which run on Vulkan devices and on the CPU.</summary>
    /// <param name="devices">The Vulkan devices there are.</param>
    /// <param name="address"><c>cpu://</c>, <c>vulkan://INDEX</c>, <c>vulkan://UUID</c>, <c>vulkan://PART-OF-NAME</c>,
    /// <c>vulkan://</c> for the best Vulkan device; null or empty for the best device: a discrete GPU, else another GPU, else the
    /// CPU, which is far faster than a Vulkan driver that computes on it.</param>
    /// <returns>The Vulkan device, or null for the CPU.</returns>
    /// <exception cref="HlxException"><see cref="ErrorCode.DeviceNotFound"/>, <see cref="ErrorCode.DeviceUnsuitable"/>. A device that
    /// was named is never replaced by another one.</exception>
    public static DeviceSnapshot? ForOperators(IReadOnlyList<DeviceSnapshot> devices, string? address)
    {
        ArgumentNullException.ThrowIfNull(devices);
        if (string.IsNullOrEmpty(address)) return Best(devices.Where(device => device.Type != DeviceType.Cpu));
        return address is CpuDevice.CpuAddress or "cpu" ? null : Named(devices, address);
    }

    /// <summary>Chooses a device for shaders, which run on Vulkan devices only.</summary>
    /// <param name="devices">The Vulkan devices there are.</param>
    /// <param name="address">As for <see cref="ForOperators"/>; null or empty for the best Vulkan device, a CPU driver last.</param>
    /// <exception cref="HlxException">As <see cref="ForOperators"/>; <see cref="ErrorCode.DeviceUnsuitable"/> for the CPU.</exception>
    public static DeviceSnapshot ForShaders(IReadOnlyList<DeviceSnapshot> devices, string? address)
    {
        ArgumentNullException.ThrowIfNull(devices);
        if (address is CpuDevice.CpuAddress or "cpu")
            throw new HlxException(ErrorCode.DeviceUnsuitable, "the CPU device runs operators, not shaders", "Name a Vulkan device; a CPU Vulkan driver will do");
        return Named(devices, string.IsNullOrEmpty(address) ? VulkanScheme : address);
    }

    private static DeviceSnapshot Named(IReadOnlyList<DeviceSnapshot> devices, string address)
    {
        if (!address.StartsWith(VulkanScheme, StringComparison.Ordinal))
        {
            throw new HlxException(
                ErrorCode.DeviceNotFound, $"\"{address}\" is not a device address", "Write cpu://, vulkan://INDEX, vulkan://UUID or vulkan://PART-OF-NAME");
        }
        string key = address[VulkanScheme.Length..];
        DeviceSnapshot[] matches = [.. devices.Where(device => Matches(device, key))];
        if (matches.Length == 0)
        {
            string there = devices.Count == 0 ? "there is no Vulkan device" : $"those here are {string.Join(", ", devices.Select(device => $"vulkan://{device.Index} ({device.Name})"))}";
            throw new HlxException(ErrorCode.DeviceNotFound, $"no device matches \"{address}\"; {there}", "Run `hlx devices`, or install a Vulkan driver");
        }
        return Best(matches) ?? throw new HlxException(
            ErrorCode.DeviceUnsuitable, $"{matches[0].Name} cannot be used: {matches[0].Unsuitable}", "Name another device or update its driver");
    }

    private static bool Matches(DeviceSnapshot device, string key)
    {
        if (key.Length == 0) return true;
        if (int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out int index)) return device.Index == index;
        return string.Equals(device.Uuid, key.Replace("-", "", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
            || device.Name.Contains(key, StringComparison.OrdinalIgnoreCase);
    }

    private static DeviceSnapshot? Best(IEnumerable<DeviceSnapshot> devices) => devices
        .Where(device => device.Unsuitable is null)
        .OrderByDescending(device => device.Type switch
        {
            DeviceType.Discrete => 4,
            DeviceType.Integrated => 3,
            DeviceType.Virtual => 2,
            DeviceType.Other => 1,
            _ => 0,
        })
        .ThenBy(device => device.Index)
        .FirstOrDefault();
}
