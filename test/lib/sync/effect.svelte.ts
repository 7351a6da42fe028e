/** Runs an effect for a test; returns how to stop it. */
export const effectRoot = (run: () => void): (() => void) =>
	$effect.root(() => {
		$effect(() => run());
	});
