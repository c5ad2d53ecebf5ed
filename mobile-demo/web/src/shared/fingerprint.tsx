/** Four groups of four characters that two people compare aloud. */
export function Fingerprint({ label, value }: { label: string; value: string }) {
  return (
    <div className="fingerprint">
      <span>{label}</span>
      <strong className="number">
        {value.split(/[\s-]+/).map((group, at) => (
          <span key={at}>{group}</span>
        ))}
      </strong>
    </div>
  );
}
