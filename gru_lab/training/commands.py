"""`gru-lab train`: a language model on StoryWorld or on your own text."""

import argparse
import os
import shlex
import sys
from dataclasses import fields
from pathlib import Path

from gru_lab.training.configuration import PRESETS, Configuration

__all__ = ["add_parser"]

OPTIONS = {
    "cell": "rnn, gru, lstm, own_gru, min_gru or bag",
    "embedding_size": "numbers for a word",
    "hidden_size": "units",
    "words": "of StoryWorld to train on",
    "batch_size": "streams side by side",
    "length": "words of a stream in one step",
    "steps": "how many",
    "rate": "the largest learning rate",
    "warmup": "steps in which the rate rises",
    "weight_decay": "of AdamW",
    "clip": "the largest gradient norm",
    "every": "steps between two checkpoints",
    "seed": "of the weights and of StoryWorld",
    "precision": "float32, or bf16 on an NVIDIA GPU",
}


def add_parser(subparsers):
    parser = subparsers.add_parser(
        "train",
        help="train a language model on StoryWorld or on your own text, anywhere",
        description="Train a language model on StoryWorld or on your own text. The folder --out gets metrics.csv as "
        "the run goes, checkpoints, and at the end model.safetensors and record.json. Stopped at any moment, even by a "
        "power cut, the same command goes on. On several GPUs: torchrun --nproc-per-node=N -m gru_lab.cli train …",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument(
        "--preset",
        choices=list(PRESETS),
        default="ci",
        help="ci: seconds; laptop: about half an hour on a CPU; gpu: minutes on a large card",
    )
    parser.add_argument("--corpus", type=Path, metavar="FILE", help="your own UTF-8 text instead of StoryWorld")
    parser.add_argument("--out", type=Path, metavar="DIR", default=Path("work/training"), help="where the run is kept")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda", "mps"], help="where to compute")
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as torch takes)")
    parser.add_argument("--quiet", action="store_true", help="no progress bar")
    group = parser.add_argument_group("instead of the preset's values")
    for field in fields(Configuration):
        group.add_argument(f"--{field.name.replace('_', '-')}", type=field.type, metavar=field.name.upper(),
                           default=argparse.SUPPRESS, help=OPTIONS[field.name])  # fmt: skip
    parser.set_defaults(call=_train)


def _train(options):
    import torch

    from gru_lab.training import CorpusError, DeviceError, Interrupted, choose_device, storyworld_corpus, text_corpus
    from gru_lab.training.loop import train

    if options.threads:
        torch.set_num_threads(options.threads)
    first = os.environ.get("RANK", "0") == "0"
    try:
        names = [field.name for field in fields(Configuration)]
        configuration = PRESETS[options.preset].with_changes(**{name: getattr(options, name, None) for name in names})
        device = choose_device(options.device)
        if configuration.precision == "bf16" and device.kind != "cuda":
            raise DeviceError("bf16 is for an NVIDIA GPU; here it would be slower. Use --precision float32.")
        if first:
            print(device.why)
        if options.corpus:
            corpus = text_corpus(options.corpus)
        else:
            if first and configuration.words > 5_000_000:
                print(f"Telling {configuration.words:,} words of stories first.", flush=True)
            corpus = storyworld_corpus(configuration.words, configuration.seed, progress=first and not options.quiet)
        command = shlex.join(["gru-lab", *sys.argv[1:]])
        record = train(configuration, corpus, options.out, device, command, progress=not options.quiet)
    except Interrupted as stopped:
        print(f"\n{stopped}", file=sys.stderr)
        return 130
    except (CorpusError, DeviceError, ValueError) as problem:
        print(f"gru-lab train: {problem}", file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"gru-lab train: {problem}. What was saved before is still whole; mend it, and the same command goes on.",
              file=sys.stderr)  # fmt: skip
        return 1
    if first:
        print(
            f"{record['words']:,} words in {record['seconds']} s ({record['words_per_second']:,} words/s) on "
            f"{record['device']}. Test perplexity {record['test_perplexity']}. "
            f"The model is {options.out / 'model.safetensors'}"
        )
    return 0
