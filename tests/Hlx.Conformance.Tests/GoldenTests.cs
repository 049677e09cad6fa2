using System.Text.Json;
using Hlx.Benchmarks;
using Hlx.Compute;
using Hlx.Testing;

namespace Hlx.Conformance;

/// <summary>
/// Every device gives the committed handles (tests/data/golden-handles.jsonl, written by <c>hlx bench golden</c>). Another handle is a
/// new version of the profile, and never a reason to write the file anew.
/// </summary>
public sealed class GoldenTests(DeviceFixture drivers)
{
    private const ulong SeedsOnDrivers = 1; // emulation takes long; `hlx bench determinism` takes all

    public static TheoryData<string> AllDevices => [.. TestDevices.All];

    [Theory, MemberData(nameof(AllDevices))]
    public void Every_device_gives_the_golden_handles(string device)
    {
        int compared = 0;
        drivers.OnOperators(device, context =>
        {
            foreach ((ProofSubject subject, ulong seed, Handle golden) in Entries().Where(entry => entry.Seed <= SeedsOnDrivers || context is CpuDevice))
            {
                if (!subject.IsOn(context)) continue; // i8 without matrix units
                Assert.True(golden == ProofSubject.HandleOf(subject.Compute(context, seed)), $"{subject.Name} {subject.Profile}, seed {seed}");
                compared++;
            }
        });
        Assert.InRange(compared, 5 * (int)SeedsOnDrivers, int.MaxValue);
    }

    private static IEnumerable<(ProofSubject Subject, ulong Seed, Handle Golden)> Entries()
    {
        foreach (string line in File.ReadLines(TestData.PathOf("golden-handles.jsonl")))
        {
            using JsonDocument entry = JsonDocument.Parse(line);
            string Text(string field) => entry.RootElement.GetProperty(field).GetString()!;
            yield return (ProofSubject.All.Single(subject => subject.Name == Text("operator") && subject.Profile == Text("profile")), entry.RootElement.GetProperty("seed").GetUInt64(), new(Text("handle")));
        }
    }
}
