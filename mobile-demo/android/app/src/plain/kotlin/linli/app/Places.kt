package linli.app

/** Where the worker is. */
sealed interface Place {
    data object Start : Place

    data object Today : Place

    data class Card(val household: String) : Place

    data class Visit(val household: String) : Place

    data object Sync : Place

    data object Rights : Place
}

/** The way to where the worker is. */
data class Places(val way: List<Place> = listOf(Place.Start)) {
    val here: Place get() = way.last()

    /** Whether the system's back key leaves the app. */
    val isFirst: Boolean get() = way.size == 1

    fun open(place: Place): Places = if (place == here) this else Places(way + place)

    fun back(): Places = if (isFirst) this else Places(way.dropLast(1))

    /** Everything before is done with: after the first download nobody goes back to it. */
    fun begin(place: Place): Places = Places(listOf(place))
}
