using Hlx.Compute;
using Hlx.Spirv;
using Hlx.Vulkan;

namespace Hlx.Cli.Survey;

/// <summary>
/// What <see cref="SurveyProcess"/> starts: it reads names of files from standard input, tries each on the device, and writes what
/// became of it as lines of JSON. A driver may crash it.
/// </summary>
internal sealed class SurveyWorker(VulkanContext device, SurveyStep last, TextWriter output)
{
    /// <summary>Opens the device and serves until standard input ends.</summary>
    /// <param name="address">The device.</param>
    /// <param name="last">The step after which it stops.</param>
    /// <param name="timeout">How long the parent waits for a step.</param>
    /// <param name="input">The requests.</param>
    /// <param name="output">The answers.</param>
    public static void Serve(string? address, SurveyStep last, TimeSpan timeout, TextReader input, TextWriter output)
    {
        VulkanContext device;
        try
        {
            // Who started this process does not wait that long: it ends it.
            device = VulkanContext.Open(address, new VulkanOptions { Timeout = 2 * timeout });
        }
        catch (HlxException failure)
        {
            output.WriteLine(Json.Encode(HlxValue.Object(("code", failure.Code), ("what", failure.What), ("remedy", failure.Remedy))));
            return;
        }
        using (device)
        {
            output.WriteLine(Json.Encode(HlxValue.Object(("device", device.Name), ("driver", device.Driver))));
            SurveyWorker worker = new(device, last, output);
            while (input.ReadLine() is string line) worker.Try(Json.Decode(line).AsObject());
        }
    }

    private void Try(HlxObject request)
    {
        Say("at", new SurveyEntry("", SurveyStep.Found));
        string file = request["file"].AsText();
        bool compares = request["compare"].AsBool();
        try
        {
            byte[] spirv = File.ReadAllBytes(file);
            SpirvModule module = SpirvModule.Parse(spirv);
            string level = AdmissionLint.Judge(module).Level.Name();
            EntryPoint[] entries = [.. module.EntryPoints.Where(entry => entry.Model == ExecutionModel.GLCompute)];
            if (entries.Length == 0)
                Say(new SurveyEntry("", SurveyStep.Found) { Determinism = level }.Refused(ErrorCode.EntryPointMissing, "the module has no compute entry point"));
            foreach (EntryPoint entry in entries) Try(spirv, entry, new SurveyEntry(entry.Name, SurveyStep.Read) { Determinism = level }, compares);
        }
        catch (HlxException failure)
        {
            Say(new SurveyEntry("", SurveyStep.Found).Refused(failure.Code, failure.What));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            Say(new SurveyEntry("", SurveyStep.Found).Refused(ErrorCode.FileIo, failure.Message.TrimEnd('.')));
        }
        output.WriteLine(Json.Encode(HlxValue.Object(("end", true))));
    }

    private void Try(byte[] spirv, EntryPoint entry, SurveyEntry found, bool compares)
    {
        try
        {
            foreach (SurveyEntry passed in Steps(spirv, entry, found))
            {
                found = passed;
                if (found.Step == last) break;
                Say("at", found);
            }
            Say(found);
        }
        catch (HlxException failure)
        {
            Say(found.Refused(failure.Code, failure.What));
            return;
        }
        if (!found.Ran || !compares || found.Determinism != DeterminismLevel.DeviceToDevice.Name()) return;
        foreach (SurveyRange range in Enum.GetValues<SurveyRange>()) Compare(spirv, entry, range);
    }

    // Each step happens when the one after the last is asked for.
    private IEnumerable<SurveyEntry> Steps(byte[] spirv, EntryPoint entry, SurveyEntry found)
    {
        yield return found;
        string validation = SpirvValidator.Validate(spirv) switch { SpirvValidation.Valid => "valid", SpirvValidation.TooOld => "too-old", _ => "not-installed" };
        yield return found = found with { Step = SurveyStep.Valid, Validation = validation };
        KernelLaunch launch = SurveyRequest.Plan(VulkanShader.Compute(spirv, entry.Name), entry, device.Capabilities, SurveyRange.Tame).Launch;
        yield return found = found with { Step = SurveyStep.Planned };
        device.Warm([KernelSequence.Of(launch)]);
        yield return found = found with { Step = SurveyStep.Compiled };
        device.Run(launch);
        yield return found with { Step = SurveyStep.Ran };
    }

    // What fails now is not compared; that the shader runs is known.
    private void Compare(byte[] spirv, EntryPoint entry, SurveyRange range)
    {
        try
        {
            KernelLaunch launch = SurveyRequest.Plan(VulkanShader.Compute(spirv, entry.Name), entry, device.Capabilities, range).Launch;
            if (launch.Code.IsGuardedFor("")) launch = launch with { Code = launch.Code.Guarded };
            if (SurveyRaces.Meet(device, launch) == true) output.WriteLine(Json.Encode(HlxValue.Object(("raced", range.ToString()), ("entry_point", entry.Name))));
            else Say(entry.Name, range, device.Run(launch));
        }
        catch (HlxException failure) when (failure.Code != ErrorCode.DeviceLost)
        {
            output.WriteLine(Json.Encode(HlxValue.Object(("failed", failure.What), ("entry_point", entry.Name), ("range", range.ToString()))));
        }
    }

    private void Say(SurveyEntry entry) => Say("entry", entry);

    private void Say(string what, SurveyEntry entry) => output.WriteLine(Json.Encode(HlxValue.Object((what, entry.ToValue()))));

    private void Say(string entry, SurveyRange range, KernelResult result) => output.WriteLine(Json.Encode(HlxValue.Object(
        ("outputs", HlxValue.Array([.. result.Outputs.Select(bytes => (HlxValue)Convert.ToBase64String(bytes))])), ("entry_point", entry), ("range", range.ToString()))));
}
