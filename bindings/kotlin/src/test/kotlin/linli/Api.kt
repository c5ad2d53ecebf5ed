package linli

import java.lang.reflect.Modifier
import java.nio.file.Path
import kotlin.io.path.extension
import kotlin.io.path.relativeTo
import kotlin.io.path.walk
import kotlin.reflect.KCallable
import kotlin.reflect.KClass
import kotlin.reflect.KFunction
import kotlin.reflect.KMutableProperty
import kotlin.reflect.KParameter
import kotlin.reflect.KProperty
import kotlin.reflect.KType
import kotlin.reflect.KVisibility
import kotlin.reflect.full.declaredMemberFunctions
import kotlin.reflect.full.declaredMemberProperties
import kotlin.reflect.jvm.kotlinFunction

/** What the generator must make public for itself, and no app calls. */
private val PLUMBING =
    listOf("FfiConverter", "uniffi", "Uniffi", "RustBuffer", "ForeignBytes", "InternalException", "Disposable", "NoHandle")

/** Those of a data class follow from its constructor. */
private val FOLLOWS = Regex("component\\d+|copy|equals|hashCode|toString")

/** Everything that an app can reach in compiled classes: types by name, below each its members. */
fun listing(classes: Path): List<String> {
    val names = classes.walk().filter { it.extension == "class" }.map { "${it.relativeTo(classes)}" }
    val all = names.map { Class.forName(it.removeSuffix(".class").replace('/', '.')) }
    val (files, types) = all.filter { it.getAnnotation(Metadata::class.java) != null && !it.isSynthetic }
        .partition { it.getAnnotation(Metadata::class.java).kind == FILE }
    val functions = files.flatMap { file -> file.declaredMethods.mapNotNull { it.kotlinFunction } }
    val top = types.filter { it.enclosingClass == null && it.enclosingMethod == null && Modifier.isPublic(it.modifiers) }
    return reachable(functions).map(::shown).sorted() +
        top.map { it.kotlin }.filter(::isReachable).sortedBy { it.simpleName }.flatMap(::described)
}

/** What [Metadata.kind] calls a file of functions. */
private const val FILE = 2

private fun described(type: KClass<*>): List<String> {
    val constructors = if (type.isSealed || type.java.isEnum) emptyList() else reachable(type.constructors)
    val members = reachable(type.declaredMemberProperties) +
        reachable(type.declaredMemberFunctions).filterNot { FOLLOWS.matches(it.name) }
    val entries = type.java.enumConstants.orEmpty().map { "$it" }
    val inside = (constructors + members).map(::shown).sorted()
    val nested = type.nestedClasses.filter(::isReachable).sortedBy { it.simpleName }.flatMap(::described)
    if (type.isCompanion && inside.isEmpty()) return emptyList()
    return listOf(head(type)) + (entries + inside.filterNot { "entries:" in it } + nested).map { "  $it" }
}

private fun head(type: KClass<*>): String {
    val kind = when {
        type.java.isInterface -> "interface"
        type.java.isEnum -> "enum class"
        type.isCompanion -> "companion object"
        type.objectInstance != null -> "object"
        type.isData -> "data class"
        else -> "class"
    }
    val parents = type.supertypes.map(::named).filterNot { it == "Any" || it.startsWith("Enum<") || isPlumbing(it) }
    val open = listOf("sealed" to type.isSealed, "open" to type.isOpen, "abstract" to (type.isAbstract && kind != "interface"))
    val words = open.filter { it.second }.map { it.first } + kind + type.simpleName
    return words.joinToString(" ") + if (parents.isEmpty()) "" else parents.joinToString(prefix = " : ")
}

private fun <T : KCallable<*>> reachable(all: Collection<T>): List<T> = all.filter { one ->
    one.visibility == KVisibility.PUBLIC && !isPlumbing(one.name) && one.parameters.none { isPlumbing(named(it.type)) }
}

private fun isReachable(type: KClass<*>): Boolean =
    type.visibility == KVisibility.PUBLIC && !isPlumbing(type.simpleName.orEmpty())

private fun isPlumbing(name: String): Boolean = PLUMBING.any { name.startsWith(it) }

private fun shown(one: KCallable<*>): String {
    val receiver = one.parameters.singleOrNull { it.kind == KParameter.Kind.EXTENSION_RECEIVER }
    val name = listOfNotNull(receiver?.let { named(it.type) }, one.name).joinToString(".")
    val given = one.parameters.filter { it.kind == KParameter.Kind.VALUE }
    val list = given.joinToString(prefix = "(", postfix = ")") {
        "${it.name}: ${named(it.type)}${if (it.isOptional) " = …" else ""}"
    }
    val result = named(one.returnType).takeIf { it != "Unit" }?.let { ": $it" }.orEmpty()
    val suspends = if (one.isSuspend) "suspend " else ""
    return when {
        one is KProperty<*> -> "${if (one is KMutableProperty<*>) "var" else "val"} $name$result"
        one is KFunction<*> && one.name == "<init>" -> "constructor$list"
        else -> "${suspends}fun $name$list$result"
    }
}

private val PACKAGE = Regex("\\b(kotlin\\.(collections\\.)?|linli\\.)| /\\* = [^*]* \\*/")

private fun named(type: KType): String {
    val plain = type.toString().replace(PACKAGE, "")
    // Reflection has no name for a function that suspends.
    if (plain != "???") return plain
    val parts = type.arguments.map { argument -> argument.type?.let(::named) ?: "*" }
    return parts.dropLast(1).joinToString(prefix = "suspend (", postfix = ") -> ") + parts.lastOrNull().orEmpty()
}
