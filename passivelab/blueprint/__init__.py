"""roles/ and a lab become a blueprint: every script rendered, parsed and ordered, without a host."""

from passivelab.blueprint.compile import Compilation, compile_blueprint, compile_lab
from passivelab.blueprint.standalone import commands_of, render_file

__all__ = ["Compilation", "commands_of", "compile_blueprint", "compile_lab", "render_file"]
