/** A gate with its bar. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" fill="#1f4fd8" />
      <path d="M8 25V13.5a8 8 0 0 1 16 0V25" fill="none" stroke="#fff" strokeWidth="3" strokeLinecap="round" />
      <path d="M8 18.5h16" stroke="#ffc53d" strokeWidth="3" strokeDasharray="4 2" />
    </svg>
  );
}
