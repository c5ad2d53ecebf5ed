/** Drawn here because the library has none. */

/** Still on this phone. */
export function CloudOutline() {
  return (
    <svg
      width="1em"
      height="1em"
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      aria-hidden
    >
      <path d="M7 19a4 4 0 0 1-.6-7.95A5.5 5.5 0 0 1 17 9.6 4.7 4.7 0 0 1 17.5 19z" />
      <path d="M12 16.5v-5m-2.2 2L12 11.3l2.2 2.2" />
    </svg>
  );
}
