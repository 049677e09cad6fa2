namespace Hlx.Values;

/// <summary>The first byte of every LC-B item (corpus chapter CORE, section 3), and the end marks.</summary>
internal static class LcbTag
{
    public const byte Null = 0x00;
    public const byte Int = 0x01;
    public const byte Float = 0x02;
    public const byte Text = 0x03;
    public const byte Bytes = 0x04;
    public const byte ArrayStart = 0x05;
    public const byte ArrayEnd = 0x06;
    public const byte ObjectStart = 0x07;
    public const byte ObjectEnd = 0x08;
    public const byte Handle = 0x09;
    public const byte True = 0x0a;
    public const byte False = 0x0b;
}
