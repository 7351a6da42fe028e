// Local-first: every page renders from the device (SY1), so nothing is rendered on the server.
export const ssr = false;
