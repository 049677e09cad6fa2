namespace Hlx.Spirv;

/// <summary>A clamp whose least value is above its greatest gives the greatest.</summary>
internal static class ClampGuard
{
    public static void Write(Instruction clamp, GuardWriter writer)
    {
        bool signed = (GlslStd450)clamp[1] == GlslStd450.SClamp;
        uint most = (uint)(signed ? GlslStd450.SMax : GlslStd450.UMax), least = (uint)(signed ? GlslStd450.SMin : GlslStd450.UMin);
        uint raised = writer.Emit(Op.ExtInst, clamp.ResultType, clamp[0], most, clamp[2], clamp[3]);
        writer.EmitAs(Op.ExtInst, clamp.ResultType, clamp.Result, clamp[0], least, raised, clamp[4]);
    }
}
