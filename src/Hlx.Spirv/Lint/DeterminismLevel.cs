namespace Hlx.Spirv;

/// <summary>How far equal inputs give equal bits.</summary>
public enum DeterminismLevel
{
    /// <summary>Two runs may differ.</summary>
    NotGuaranteed,

    /// <summary>The same bits in every run on one device with one driver.</summary>
    RunToRun,

    /// <summary>The same bits on every device.</summary>
    DeviceToDevice,
}

/// <summary>The names of the levels in contracts.</summary>
public static class DeterminismLevels
{
    /// <summary>The name: <c>not-guaranteed</c>, <c>run-to-run</c> or <c>device-to-device</c>.</summary>
    /// <param name="level">The level.</param>
    public static string Name(this DeterminismLevel level) => level switch
    {
        DeterminismLevel.DeviceToDevice => "device-to-device",
        DeterminismLevel.RunToRun => "run-to-run",
        _ => "not-guaranteed",
    };

    /// <summary>The level of a name, or null if there is none.</summary>
    /// <param name="name">The name.</param>
    public static DeterminismLevel? Parse(string name) => Enum.GetValues<DeterminismLevel>().Where(level => level.Name() == name).Select(level => (DeterminismLevel?)level).FirstOrDefault();
}
